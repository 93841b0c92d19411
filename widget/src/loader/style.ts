// The look of launcher and greeting; that of the panel is in `panel.ts`. Everything is fixed, so that nothing of the page moves. The
// letters are those of `launcher.ts`; sizes and colors come with the settings. A border without color is seen where a browser forces its own.

/** Beside the launcher, above it. */
const above = 'bottom:calc(var(--y) + var(--s) + 14px);max-width:calc(100vw - 2*var(--x));'

export const style =
  ':host{all:initial!important}' +
  '*{box-sizing:border-box;font:15px/1.45 system-ui}' +
  'button{border:0;cursor:pointer;color:inherit;background:0 0}' +
  ':focus-visible{outline:3px solid #17e;outline-offset:2px}' +
  '.l,.g{position:fixed;bottom:var(--y);right:var(--e);left:var(--f);z-index:var(--z)}' +
  '.l{display:flex;place-items:center;place-content:center;gap:8px;min-width:var(--s);height:var(--s);padding:var(--p);border:1px solid #0000;border-radius:var(--r);box-shadow:0 4px 20px #0003;background:var(--lb);color:var(--lf)}' +
  '.d .l{background:var(--db);color:var(--df)}' +
  '.i{width:26px;height:22px;border-radius:9px 9px 9px 2px;background:currentColor;forced-color-adjust:none}' +
  'img{height:28px}' +
  `.g{${above}display:grid;gap:8px;justify-items:var(--j);width:280px;max-height:70vh;overflow:auto}` +
  '.t,.q{border:1px solid #8886;background:#fff;color:#222;border-radius:16px;padding:12px 16px;text-align:start;overflow-wrap:anywhere}' +
  '.x{float:inline-end;min-width:24px;height:24px;margin:-4px -8px 0 4px}' +
  '.d .t,.d .q{background:#222;color:#eee}' +
  '[hidden]{display:none}'
