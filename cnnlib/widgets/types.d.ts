// The words of the pages, for `tsc --checkJs`: what Python writes, and what the modules make of it.
// A test compares the first half with what every widget of the gallery really writes.

/** One index of an array: a sum of loop axes with whole coefficients, less the padding in front. */
interface AffineIndex {
  axes: Record<string, number>;
  pad: [number, number] | number[];
}

/** A number, or how the coefficient of each row follows from the operands. */
type Coefficient =
  | number
  | { share: string[] }
  | { positive: string; below?: number }
  | { winner: string; ties: string };

/** Terms of one kind: where they go, which cells they multiply, and with what coefficient. */
interface TermGroup {
  out: AffineIndex[];
  cells: Record<string, AffineIndex[]>;
  coef: Coefficient;
}

interface Rule {
  order: string[];
  sizes: Record<string, number>;
  groups: TermGroup[];
}

/** Rows of one kind, written out: row t adds coef[t] × its cells to cell out[t]. */
interface Rows {
  out: number[];
  cells: Record<string, number[]>;
  coef: number[];
  /** Coefficients of the way back, where they differ. */
  back?: number[];
  /** For the rows of a gradient: the rows of the forward pass that they are. */
  source?: Rows;
}

/** An array as it is written into a page. */
interface WrittenArray {
  shape: number[];
  data: number[];
}

/** An array on screen. */
interface NumberArray {
  shape: number[];
  data: Float64Array | number[];
}

interface WrittenRows {
  out: number[];
  cells: Record<string, number[]>;
  coef: number | number[];
  back?: number | number[];
}

/** A function of one number "s", written down by `cnnlib.trace.formula`: ["add", 1, ["exp", "s"]]. */
type Tree = number | string | Step;
interface Step extends Array<Tree> {}

/** The function that a finished sum passes through, and its slope. */
interface Formula {
  value: Tree;
  slope: Tree;
}

/** A trace as `cnnlib.trace` writes it: operands, and a rule or the rows themselves. */
interface WrittenTrace {
  op: string;
  out: string;
  shape: number[];
  post: string;
  options?: Record<string, number>;
  formula?: Formula;
  symbol: string;
  layout: Record<string, (number | null)[]>;
  operands: Record<string, WrittenArray>;
  rule?: Rule;
  terms?: WrittenRows[];
}

/** A control of a chapter: its value on each axis, and the places in the rule that it sets. */
interface Control {
  name: string;
  label: string;
  value: (number | string)[];
  set: [kind: string, array: string | null, dim: number, axis: string | null, which: number][];
  min?: number;
  max?: number;
  words?: string[];
  options?: string[];
}

/** What the author of a TraceView fixed. */
interface TraceState {
  trace: WrittenTrace;
  delta: number[];
  name: string;
  title: string;
  controls: Control[];
  directions: string[];
  editable: boolean;
  /** What a reader can do first. */
  caption: string;
  /** Whether a handle turns the plate of a gather. */
  turn: boolean;
  start: { step: number; view: string; direction: string; angle: number };
}

/** What a reader changed: ``{ x: { "0,1,2,0": 5 } }`` and ``{ stride: "2,1" }``. */
type Edits = Record<string, Record<string, number>>;
type Geometry = Record<string, number | string>;

/** The arrays and rows of a state, with the result of the forward pass. */
interface Scene extends Omit<WrittenTrace, "operands" | "rule"> {
  rule?: Rule;
  sizes?: Record<string, number>;
  groups: Rows[];
  operands: Record<string, NumberArray>;
  delta: NumberArray;
  /** The name of the delta: "delta2" where the trace has an operand "delta". */
  up: string;
  geometry: Geometry;
  sums: Float64Array;
}

/** A pass on offer: forward, or the gradient of one operand, read in one of two orders. */
interface Direction {
  id?: string;
  label?: string;
  wrt?: string;
  scatter?: boolean;
  both?: boolean;
  way?: string;
  readings?: Direction[];
}

/** A row of a pass: its group and its place in it. */
type RowRef = [group: Rows, row: number];

/** One pass: what it reads, in the order in which it is drawn, its result, and its steps. */
interface Pass {
  direction: Direction;
  forward: boolean;
  source: Rows[];
  groups: Rows[];
  names: string[];
  gate: string | null;
  arrays: Record<string, NumberArray>;
  shape: number[];
  by: string;
  over: number[];
  steps: RowRef[][];
  values: Float64Array;
  out: string;
  post: string;
  up: string;
  /** The pass of the kernel turned as it has to be, where another is shown. */
  unbent?: Pass;
}

/** Which cells a step lights, per array, each with what is written beside it. */
type LitCells = Record<string, Map<number, string>>;

/** What a widget is given: traits of anywidget, or the values of a page that only remembers. */
interface Model {
  /** True in a page without a kernel. */
  page?: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: a trait may be anything that JSON can say
  get(key: string): any;
  set(key: string, value: unknown): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
  save_changes(): void;
}

interface Host {
  model: Model;
  el: HTMLElement;
}

/** A cell of an array: its flat number, its index, and where it stands on its sheet. */
interface Spot {
  flat: number;
  index: number[];
  row: number;
  col: number;
}

/** Rows and columns of an array, all other axes (`axes`) standing still. */
interface Sheet {
  axes: number[];
  index: number[];
  spots: Spot[];
}

/** An array as sheets, and the axes that are their rows and columns (−1: none). */
interface Layout {
  sheets: Sheet[];
  high: number;
  wide: number;
  grid: number[];
}

/** A sliding index of the rule: stride s, dilation c, padding, on dimension d of an operand. */
interface Slide {
  name: string;
  d: number;
  i: string;
  a?: string;
  s: number;
  c: number;
  pad: number[];
  size: number;
  taps: number;
  span: number;
  o: number;
}

/** A place on a sheet, and the tap of the window that lies there. */
type PlaceTap = [place: number, tap: number];

/** What of a pass decides where things stand. */
type Standing = Pick<Pass, "direction" | "names">;

/** A cell on the screen: one node that carries a number over steps, passes, faces and edits. */
interface Cell {
  key: string;
  node: HTMLElement;
  name: string;
  flat: number;
  value?: number;
  shown: string;
  size: string;
  on: boolean;
  partner: string;
}

/** The cells of one picture, by array and index. */
interface Cells {
  get(slot: string, name: string, spot: { flat: number; index: number[] }): Cell;
  find(name: string, flat: number): Cell | undefined;
  begin(): void;
  all(): Cell[];
  plate(k: number): Plate;
  plates(): Plate[];
}

interface Plate {
  node: HTMLElement;
  digits: { node: HTMLElement; value?: number; tap?: number }[];
  angle: number;
}

/** What the faces know of the widget they stand in. */
interface View {
  scene: Scene;
  pass: Pass;
  fast: boolean;
  /** Passes on offer, for places that must be kept free. */
  directions: Direction[];
  axisNames(p: Pass, name: string): (string | undefined)[] | undefined;
  shapeOf(name: string): number[];
  editable(name: string): boolean;
}

/** One face of a pass: its element, and how it follows the step and the numbers. */
interface Face {
  node: HTMLElement;
  update(step: number, values: Float64Array, lit: LitCells): void;
  /** Write the operands again; false where the face has to be built again. */
  refresh(): boolean;
  /** Show the plate part of the way from one step to another. */
  between?(from: number, to: number, part: number): void;
}
