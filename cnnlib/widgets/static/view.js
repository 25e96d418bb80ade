// What the faces know of the widget they stand in: arrays and pass, and what may be said of them.

/**
 * @param {TraceState} state
 * @param {Direction[]} directions
 * @returns {View}
 */
export function makeView(state, directions) {
  /** @type {Omit<View, "scene" | "pass">} */
  const rest = { directions, fast: false, axisNames, shapeOf, editable };
  const view = /** @type {View} */ (rest); // scene and pass come before anything is drawn
  return view;

  /** @param {string} name */
  function shapeOf(name) {
    return view.pass.arrays[name]?.shape ?? view.pass.shape;
  }
  /** @param {string} name */
  function editable(name) {
    return state.editable && (name === view.scene.up || name in state.trace.operands);
  }
  /**
   * @param {Pass} pass
   * @param {string} drawn
   */
  function axisNames(pass, drawn) {
    const name = drawn === pass.out ? (pass.direction.wrt ?? drawn) : drawn; // dx has the axes of x
    const groups = view.scene.rule?.groups;
    const group = groups?.find((g) => name in g.cells) ?? groups?.[0];
    return (group?.cells[name] ?? group?.out)?.map((dim) => Object.keys(dim.axes)[0]);
  }
}
