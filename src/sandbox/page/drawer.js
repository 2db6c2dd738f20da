import { byId, h, icon } from './dom.js';

/** On a narrow page the left bar lies behind this button. The style sheet says where that begins. */
const isOpen = () => document.body.classList.contains('has-drawer');

/** @param {boolean} open */
const set = (open) => {
  document.body.classList.toggle('has-drawer', open);
  document.querySelector('.drawer-button')?.setAttribute('aria-expanded', String(open));
};

export const closeDrawer = () => set(false);

export const drawerButton = () =>
  h(
    'button',
    {
      type: 'button',
      class: 'plain drawer-button',
      'aria-label': 'Channels and people',
      'aria-controls': 'sidebar',
      'aria-expanded': String(isOpen()),
      'data-focus-key': 'drawer',
      onclick: () => set(!isOpen()),
    },
    icon('menu'),
  );

/** Escape and a touch beside it close it. */
export const watchDrawer = () => {
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closeDrawer();
  });
  byId('app').addEventListener('click', (event) => {
    if (!isOpen() || !(event.target instanceof Element)) return;
    if (event.target.closest('#sidebar, .drawer-button') === null) closeDrawer();
  });
};
