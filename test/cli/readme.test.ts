import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sparsec } from './test-terminal.ts';

const readme = readFileSync('README.md', 'utf8');
const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);

describe('README', () => {
  it('shows a specification that compiles and is formatted', async () => {
    const [text] = blocks('sa');
    expect(await sparsec(['check', '-'], { stdin: text })).toMatchObject({ code: 0, stderr: '' });
    expect((await sparsec(['fmt', '-'], { stdin: text })).stdout).toBe(text);
  });

  it('names commands that work, in their order', async () => {
    const commands = blocks('sh')
      .flatMap((block) => block.trim().split('\n'))
      .flatMap((line) => line.split(' && '))
      .filter((command) => command.startsWith('npx sparsec '))
      .map((command) => command.split(' ').slice(2));
    expect(commands.length).toBeGreaterThan(8);
    const folder = mkdtempSync(join(tmpdir(), 'sparsec-readme-'));
    for (const argv of commands) {
      const inFolder = argv.map((word) => (word.startsWith('spec-examples/') ? resolve(word) : word));
      const { code, stdout, stderr } = await sparsec(inFolder, { cwd: folder });
      expect({ argv, code }, stderr).toEqual({ argv, code: 0 });
      if (argv[0] === 'run') expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^ok/);
    }
    rmSync(folder, { recursive: true, force: true });
  });

  it('links to files that exist', () => {
    const targets = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, target]) => target);
    expect(targets.length).toBeGreaterThan(5);
    for (const target of targets) expect(() => readFileSync(target), target).not.toThrow(/ENOENT/);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const [, name] of readme.matchAll(/npm run (\w+)/g)) expect(scripts).toHaveProperty(name);
  });
});
