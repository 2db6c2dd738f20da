/** Nearer to the end than this counts as being there. */
const NEAR_PX = 80;

/**
 * Lists that stay at their end, so that what is new comes into sight, unless somebody has scrolled up to read.
 * `shape` is the room and the length when they were last looked at.
 * @typedef {{ place: string, isAtEnd: boolean, shape: string }} Known
 * @type {Map<HTMLElement, Known>}
 */
const lists = new Map();

/** @param {HTMLElement} list */
const shapeOf = ({ clientWidth, clientHeight, scrollHeight }) =>
  `${clientWidth} ${clientHeight} ${scrollHeight}`;

/** @param {HTMLElement} list @param {Known} known */
const keep = (list, known) => {
  if (known.isAtEnd) list.scrollTop = list.scrollHeight;
  known.shape = shapeOf(list);
};

/** @param {HTMLElement} list */
const watch = (list) => {
  /** @type {Known} */
  const known = { place: '', isAtEnd: true, shape: '' };
  lists.set(list, known);
  list.addEventListener('scroll', () => {
    // The browser scrolls too, when the same messages become higher or lower; that is nobody's wish.
    const isScrolled = known.shape === shapeOf(list);
    known.shape = shapeOf(list);
    if (isScrolled) known.isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
  });
  // A thread that opens, a phone that is turned.
  new ResizeObserver(() => keep(list, known)).observe(list);
  return known;
};

/**
 * Told after every drawing. Another place begins at its end.
 * @param {HTMLElement} list
 * @param {string} place
 */
export const follow = (list, place) => {
  const known = lists.get(list) ?? watch(list);
  if (known.place !== place) {
    known.place = place;
    known.isAtEnd = true;
  }
  keep(list, known);
};

/** Somebody wrote: they want to see it, and the answer. @param {HTMLElement} list */
export const followAgain = (list) => {
  const known = lists.get(list);
  if (known === undefined) return;
  known.isAtEnd = true;
  keep(list, known);
};
