let isHeld = false;
/** @type {Set<() => void>} */
const waiting = new Set();

const letGo = () => {
  isHeld = false;
  const draws = [...waiting];
  waiting.clear();
  for (const draw of draws) draw();
};

/** Notices when a mouse button or a finger goes down on the page and when it is let go. */
export const watchPresses = () => {
  addEventListener('pointerdown', () => (isHeld = true), true);
  // The click comes right after; what it does is done before anything moves.
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(letGo), true);
  // Let go outside of a window that lost the focus: nobody tells.
  addEventListener('blur', ({ target }) => target === window && letGo());
};

/**
 * Draws now or, while something is held down, once it is let go: a browser makes a click only of a press and a release
 * on the same element, so one that is replaced in between would swallow the click.
 * @param {() => void} draw the same function each time: it is then drawn once
 */
export const drawWhenLetGo = (draw) => {
  if (isHeld) waiting.add(draw);
  else draw();
};
