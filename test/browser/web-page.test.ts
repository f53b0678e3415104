import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve } from '../../examples/web-page/serve.mjs';
import { BROWSER_FLAGS, findBrowser } from './find-browser.ts';

const executablePath = findBrowser();
const required = process.env.SPARSEC_REQUIRE_BROWSER !== undefined;
const reason = 'no chromium or google-chrome is in PATH';

describe.skipIf(executablePath === null && !required)(
  `the web page of examples/ (${executablePath ?? reason})`,
  () => {
    let browser: Browser;
    let page: Page;
    let server: { address: string; close: () => void };
    const complaints: string[] = [];

    beforeAll(async () => {
      if (executablePath === null) throw new Error(reason);
      server = await serve();
      browser = await chromium.launch({ executablePath, headless: true, args: BROWSER_FLAGS });
      page = await browser.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      await page.goto(server.address);
    }, 120_000);

    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    const verdict = async (): Promise<string> => {
      const result = page.locator('#result');
      await page.waitForFunction(
        () => /^(ok|wrong|failed)/.test(document.getElementById('result')?.textContent ?? ''),
        null,
        {
          timeout: 90_000,
        },
      );
      return (await result.textContent()) ?? '';
    };

    test('runs the generated module and agrees with the plain computation', async () => {
      expect(await verdict()).toMatch(/^ok: largest error \d(\.\d)?e-\d+, \d+\.\d\d ms$/);
      expect(complaints).toEqual([]);
    });

    test.each([
      [1, 0],
      [63, 7],
      [257, 100],
    ])('another length without being compiled again: %i tokens, window %i', async (n, w) => {
      await verdict();
      await page.fill('#n', String(n));
      await page.fill('#w', String(w));
      await page.evaluate(() => {
        document.getElementById('result')!.textContent = '';
      });
      await page.click('button');
      expect(await verdict()).toMatch(/^ok: /);
      expect(complaints).toEqual([]);
    });

    test('draws the pattern that it runs', async () => {
      await verdict();
      await page.fill('#n', '64');
      await page.fill('#w', '5');
      await page.click('button');
      const dark = await page.evaluate(() => {
        const canvas = document.getElementById('picture') as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        return { width: canvas.width, cells: data.filter((value, at) => at % 4 === 0 && value < 128).length };
      });
      let live = 0;
      for (let i = 0; i < 64; i++)
        for (let j = 0; j < 64; j++) live += Number(Math.abs(i - j) <= 5 || i < 4 || j < 4);
      expect(dark).toEqual({ width: 64, cells: live });
    });
  },
);
