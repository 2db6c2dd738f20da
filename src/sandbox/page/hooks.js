/** What any part may ask of the page as a whole; main.js puts the real ones in. */
export const hooks = {
  /** Asks the workspace for what this window shows, and draws it. */
  refresh: async () => {},
  /** Draws what is known; asks for nothing. */
  redraw: () => {},
};
