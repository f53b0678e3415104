import type {
  AttentionDeclaration,
  Expression,
  Field,
  InputDeclaration,
  Item,
  LaunchDeclaration,
  LetDeclaration,
  Member,
  Parameter,
  PatternDeclaration,
  TypeReference,
} from '../ast.ts';
import { fieldSyntax } from '../fields.ts';
import { chainOf } from './chain.ts';
import type { FileComments, Piece } from './comments.ts';
import { group, hardLine, ifBroken, indent, join, layOut, line, softLine } from './document.ts';
import type { Document } from './document.ts';
import { beginsWithMinus, endsWithSelect } from './expressions.ts';
import type { ExpressionPrinter } from './expressions.ts';

/** Longer names do not push the column of the values of an attention's fields. */
const widestAlignedName = 10;

/** Prints declarations and the members of attentions. */
export class DeclarationPrinter {
  constructor(
    private readonly expressions: ExpressionPrinter,
    private readonly comments: FileComments,
  ) {}

  printItem(item: Item): Document {
    switch (item.kind) {
      case 'use':
        return `use ${JSON.stringify(item.path.value)}`;
      case 'let':
        return this.printLet(item);
      case 'pattern':
        return this.printPattern(item);
      case 'attention':
        return this.printAttention(item);
    }
  }

  private printLet(item: LetDeclaration, closed = false): Document {
    return this.withValue(`let ${item.names.map((name) => name.text).join(', ')} =`, ' ', item.value, closed);
  }

  private printPattern(item: PatternDeclaration): Document {
    const keys: Document = item.keySpace === null ? '' : [line, 'by ', this.expressions.print(item.keySpace)];
    const space: Document =
      item.space === null ? '' : group(indent([line, 'over ', this.expressions.print(item.space), keys]));
    const head = ['pattern ', item.name.text, group(this.printParameters(item.parameters)), space, ' ='];
    const { bindings, body } = item;
    // After a binding a line that begins with `-` would go on with the binding's value.
    const minus = bindings.length > 0 && beginsWithMinus(body);
    const printed = group(this.expressions.printBranches(body));
    const set = minus ? ['(', indent(printed), ')'] : printed;
    const pieces = [
      ...bindings.flatMap((binding) =>
        this.comments.piecesOf(binding, binding.span, this.printLet(binding, true)),
      ),
      ...this.comments.piecesOf(body, body.span, set),
    ];
    const separator = bindings.length > 0 ? hardLine : line;
    return [...printDoc(item.doc), group([head, indent([separator, this.comments.joinPieces(pieces)])])];
  }

  private printParameters(parameters: readonly Parameter[]): Document {
    if (parameters.length === 0) return '';
    const printed = parameters.map((parameter) => [parameter.name.text, this.printTypeRangeValue(parameter)]);
    return ['(', indent([softLine, join(printed, [',', line])]), softLine, ')'];
  }

  private printTypeRangeValue({ type, range, value }: Pick<Parameter, 'type' | 'range' | 'value'>): Document {
    return [
      type === null ? '' : [': ', this.printType(type)],
      range === null ? '' : [' in ', this.expressions.print(range)],
      value === null ? '' : [' = ', this.expressions.print(value)],
    ];
  }

  private printType({ name, dims }: TypeReference): Document {
    if (dims === null) return name.text;
    const inner = join(
      dims.map((dim) => this.expressions.print(dim)),
      ', ',
    );
    return [name.text, '[', inner, ']'];
  }

  private printAttention(item: AttentionDeclaration): Document {
    const head: Document[] = [...printDoc(item.doc), `attention ${item.name.text} {`];
    const pieces = this.printMembers(item.members);
    pieces.push(...this.comments.danglingPieces(item));
    if (pieces.length === 0) return [...head, '}'];
    return [...head, indent([hardLine, this.comments.joinPieces(pieces)]), hardLine, '}'];
  }

  private printMembers(members: readonly Member[]): Piece[] {
    const widths = alignFields(members, (from, to) =>
      this.comments.hasBlankLine(from.span.end, to.span.start),
    );
    return members.flatMap((member, at) => {
      const printed = this.printMember(member, widths[at]);
      return this.comments.piecesOf(member, member.span, printed);
    });
  }

  private printMember(member: Member, width: number): Document {
    switch (member.kind) {
      case 'input':
        return this.printInput(member);
      case 'launch':
        return this.printLaunch(member);
      case 'let':
        return this.printLet(member);
      case 'return':
        return this.withValue('return', ' ', member.value);
      case 'field':
        return this.printField(member, width);
    }
  }

  private printInput({ doc, name, type, sorted, feed }: InputDeclaration): Document {
    const value = feed === null ? '' : [' = ', this.expressions.print(feed)];
    return [...printDoc(doc), `input ${name.text}: `, this.printType(type), sorted ? ' sorted' : '', value];
  }

  private printLaunch(member: LaunchDeclaration): Document {
    return [...printDoc(member.doc), `launch ${member.name.text}`, this.printTypeRangeValue(member)];
  }

  private printField({ name, values }: Field, width: number): Document {
    const known = fieldSyntax.get(name)?.values;
    if (values.length === 0) return name;
    if (known === 'arguments' || known === 'optional-arguments') {
      return group([name, '(', indent([softLine, this.list(values)]), softLine, ')']);
    }
    const gap = ' '.repeat(Math.max(width - name.length, 0) + 1);
    if (name === 'over' && values.length === 2) {
      const [queries, keys] = values.map((value) => this.expressions.print(value));
      return group([name, gap, indent([queries, line, 'by ', keys])]);
    }
    // The value of a word that the grammar does not know has to stand on the word's line.
    if (known === undefined) return [name, ' ', flatText(this.list(values))];
    return values.length === 1
      ? this.withValue(name, gap, values[0])
      : [name, gap, group(indent(this.list(values)))];
  }

  private list(values: readonly Expression[]): Document {
    return join(
      values.map((value) => this.expressions.print(value)),
      [',', line],
    );
  }

  /** `head value`; the branches of a long union stand below the head. `closed`: any expression may follow. */
  private withValue(head: string, gap: string, value: Expression, closed = false): Document {
    if (chainOf(value) !== null) {
      return group([head, indent([ifBroken(hardLine, gap), this.expressions.printBranches(value)])]);
    }
    const printed = this.expressions.print(value);
    return [head, gap, closed && endsWithSelect(value) ? ['(', printed, ')'] : printed];
  }
}

function printDoc(doc: string): Document[] {
  if (doc === '') return [];
  return doc.split('\n').flatMap((text) => [`/// ${text}`.trimEnd(), hardLine]);
}

/** For each member the width of the names in its run of fields. */
function alignFields(members: readonly Member[], apart: (from: Member, to: Member) => boolean): number[] {
  const widths = members.map(() => 0);
  for (let from = 0; from < members.length;) {
    let to = from + 1;
    while (to < members.length && members[to].kind === 'field' && !apart(members[to - 1], members[to])) to++;
    const names = members
      .slice(from, to)
      .map((member) => (member.kind === 'field' ? alignedLength(member) : 0));
    widths.fill(Math.max(...names), from, to);
    from = to;
  }
  return widths;
}

function alignedLength({ name, values }: Field): number {
  const known = fieldSyntax.get(name)?.values;
  if (values.length === 0 || (known !== 'one' && known !== 'list')) return 0;
  return name.length <= widestAlignedName ? name.length : 0;
}

function flatText(document: Document): string {
  return layOut(document, Number.MAX_SAFE_INTEGER).trimEnd();
}
