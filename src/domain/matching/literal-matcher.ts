/** Finds every one of a fixed set of literals in one pass over a text. */
export type LiteralMatcher = {
  /** Number of literals. */
  readonly size: number;
  /**
   * Sets `hits[i] = 1` for each literal `i` that occurs in `text`; answers how many marks are new. Case is ignored for
   * ASCII letters and every ASCII blank or control counts as a space. Linear in the text, whatever it holds.
   */
  readonly scan: (text: string, hits: Uint8Array) => number;
  /** True when any of them occurs in `text`, read in the same way; looks no further than the first. */
  readonly occursIn: (text: string) => boolean;
};

/**
 * Aho-Corasick automaton (Aho and Corasick, 1975) with all failure links resolved into one transition table. Literals are
 * lower-case ASCII of at least one character; anything else throws, since it could never be found.
 */
export const createLiteralMatcher = (literals: readonly string[]): LiteralMatcher => {
  const { classOf, width } = classesOf(literals);
  const automaton = resolve(trieOf(literals, classOf), width);
  const { next, firstAccepting, outputs } = automaton;
  const scan = (text: string, hits: Uint8Array): number => {
    let fresh = 0;
    let state = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      state = next[state * width + (code < 128 ? (classOf[code] ?? 0) : 0)] ?? 0;
      if (state < firstAccepting) continue;
      for (const literal of outputs[state - firstAccepting] ?? []) {
        if (hits[literal] === 1) continue;
        hits[literal] = 1;
        fresh++;
      }
    }
    return fresh;
  };
  const occursIn = (text: string): boolean => {
    let state = 0;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      state = next[state * width + (code < 128 ? (classOf[code] ?? 0) : 0)] ?? 0;
      if (state >= firstAccepting) return true;
    }
    return false;
  };
  return { size: literals.length, scan, occursIn };
};

type Classes = { readonly classOf: Uint8Array; readonly width: number };

// Class 0 is every character that no literal uses; the table stays small because the alphabet does.
const classesOf = (literals: readonly string[]): Classes => {
  const classOf = new Uint8Array(128);
  let width = 1;
  for (const literal of literals) {
    if (literal === '' || !PLAIN.test(literal)) throw new RangeError(`not a lower-case ASCII literal: ${JSON.stringify(literal)}`);
    for (const character of literal) {
      const code = character.charCodeAt(0);
      if (classOf[code] === 0) classOf[code] = width++;
    }
  }
  for (let code = 65; code <= 90; code++) classOf[code] = classOf[code + 32] ?? 0;
  for (let code = 0; code < 32; code++) classOf[code] = classOf[32] ?? 0;
  return { classOf, width };
};

const PLAIN = /^[ -@[-~]+$/;

type Node = { readonly edges: Map<number, Node>; readonly literals: number[] };

const newNode = (): Node => ({ edges: new Map(), literals: [] });

const trieOf = (literals: readonly string[], classOf: Uint8Array): Node => {
  const root = newNode();
  literals.forEach((literal, index) => {
    let node = root;
    for (const character of literal) {
      const edge = classOf[character.charCodeAt(0)] ?? 0;
      const child = node.edges.get(edge) ?? newNode();
      node.edges.set(edge, child);
      node = child;
    }
    node.literals.push(index);
  });
  return root;
};

type Automaton = { readonly next: Int32Array; readonly firstAccepting: number; readonly outputs: readonly (readonly number[])[] };

const resolve = (root: Node, width: number): Automaton => {
  const fail = new Map<Node, Node>();
  const found = new Map<Node, readonly number[]>([[root, []]]);
  const order = breadthFirst(root, (parent, edge, child) => {
    const link = parent === root ? root : step(fail, root, fail.get(parent) ?? root, edge);
    fail.set(child, link);
    found.set(child, [...child.literals, ...(found.get(link) ?? [])]);
  });
  // Accepting states get the highest numbers: the loop above then needs one comparison.
  const isAccepting = (node: Node): boolean => (found.get(node) ?? []).length > 0;
  const quiet = order.filter((node) => !isAccepting(node));
  const accepting = order.filter(isAccepting);
  const numberOf = new Map([...quiet, ...accepting].map((node, index) => [node, index]));
  const next = new Int32Array(order.length * width);
  for (const node of order) {
    const row = (numberOf.get(node) ?? 0) * width;
    const linkRow = (numberOf.get(fail.get(node) ?? root) ?? 0) * width;
    // Breadth first: the row of the failure link is complete before this one is copied from it.
    if (node !== root) next.copyWithin(row, linkRow, linkRow + width);
    for (const [edge, child] of node.edges) next[row + edge] = numberOf.get(child) ?? 0;
  }
  return { next, firstAccepting: quiet.length, outputs: accepting.map((node) => found.get(node) ?? []) };
};

const step = (fail: ReadonlyMap<Node, Node>, root: Node, from: Node, edge: number): Node => {
  let node = from;
  for (;;) {
    const child = node.edges.get(edge);
    if (child !== undefined) return child;
    if (node === root) return root;
    node = fail.get(node) ?? root;
  }
};

const breadthFirst = (root: Node, visit: (parent: Node, edge: number, child: Node) => void): readonly Node[] => {
  const order = [root];
  for (const node of order) {
    for (const [edge, child] of node.edges) {
      visit(node, edge, child);
      order.push(child);
    }
  }
  return order;
};
