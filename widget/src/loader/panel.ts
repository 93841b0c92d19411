// The look of the panel that holds the frame, and of the launcher once there is one.

const most = 'max-width:calc(100vw - 2*var(--x));max-height:calc(100vh - 2*var(--y) - var(--s) - 14px)'

export const panel_style = [
  '.o .i{width:14px;height:14px;border-radius:0;background:0 0;border:solid;border-width:0 3px 3px 0;rotate:45deg}',
  '.n{position:absolute;top:-4px;right:-4px;padding:0 6px;border-radius:10px;background:#c5221f;color:#fff;font-size:12px}',
  `.p{position:fixed;z-index:var(--z);right:var(--x);bottom:calc(var(--y) + var(--s) + 14px);width:var(--w);height:var(--h);${most};border-radius:var(--c);overflow:hidden;background:#fff;box-shadow:0 2px 6px #0002,0 12px 40px #0003}`,
  '.e .p{right:auto;left:var(--x)}',
  '.d .p{background:#161b1e}',
  '.p:not(.o *){visibility:hidden;opacity:0;translate:0 9px}',
  'iframe{display:block;width:100%;height:100%;border:0}',
  '.w .p,.a .p{inset:var(--t) 0 auto;width:100%;height:var(--v);max-width:none;max-height:none;border-radius:0}',
  '.a .p{position:static;height:100%;box-shadow:none}',
  '.w.o .l,.o .g{display:none}',
  '@media(prefers-reduced-motion:no-preference){.p{transition:opacity .18s,translate .18s,visibility .18s}}',
  '@media(forced-colors:active){.p{border:1px solid}}',
].join('')

/** Of an element of the page that the chat fills. */
export const filling_style = ':host{display:block!important;height:100%!important}.a{height:100%}'
