// The look of launcher, greeting and panel. Everything is fixed, so that nothing of the page moves.
export const style = `:host{all:initial!important}
*{box-sizing:border-box;font:15px/1.45 system-ui,sans-serif}
button{border:0;margin:0;cursor:pointer;color:inherit;background:none}
button:focus-visible{outline:3px solid #1a73e8;outline-offset:2px;box-shadow:0 0 0 2px #fff}
.l,.g,.p{position:fixed;bottom:var(--y);right:var(--x);z-index:var(--z)}
.left .l,.left .g,.left .p{right:auto;left:var(--x)}
.l{display:flex;align-items:center;justify-content:center;gap:8px;min-width:var(--s);height:var(--s);padding:var(--p);border-radius:var(--r);background:var(--b)!important;color:var(--f)!important;box-shadow:0 2px 6px #0003,0 8px 24px #0003;transition:transform .2s}
.l:hover{transform:scale(1.04)}
.l svg,.l img{width:28px;height:28px;border-radius:var(--r)}
.n{position:absolute;top:-4px;right:-4px;min-width:20px;padding:0 5px;border-radius:10px;background:#c5221f;color:#fff;font-size:12px;line-height:20px;font-weight:600}
.g{bottom:calc(var(--y) + var(--s) + 14px);display:flex;flex-direction:column;align-items:flex-end;gap:8px;width:280px;max-width:calc(100vw - 2*var(--x))}
.left .g{align-items:flex-start}
.t{position:relative;padding:14px 40px 14px 16px;white-space:pre-wrap;overflow-wrap:anywhere}
.t,.q{background:#fff;color:#1d2327;border-radius:16px;box-shadow:0 2px 6px #0002,0 8px 24px #0002}
.q{padding:9px 14px;text-align:start}
.x{position:absolute;top:8px;inset-inline-end:8px;width:28px;height:28px;border-radius:14px;font-size:20px;line-height:1}
.p{bottom:calc(var(--y) + var(--s) + 14px);width:var(--w);height:var(--h);max-width:calc(100vw - 2*var(--x));max-height:calc(100vh - 2*var(--y) - var(--s) - 14px);border-radius:var(--c);overflow:hidden;box-shadow:0 4px 12px #0002,0 16px 48px #0004;background:Canvas;transition:opacity .18s,transform .18s,visibility .18s}
.d .p,.d .t,.d .q{background:#1c2226;color:#eef1f2}
.p:not(.o){visibility:hidden;opacity:0;transform:translateY(10px)}
iframe{display:block;width:100%;height:100%;border:0}
.s .p{inset:var(--t) 0 auto;width:auto;height:var(--v);max-width:none;max-height:none;border-radius:0}
.s.k .l,.k .g,[hidden]{display:none!important}
.a{height:100%}.a .p{position:static;width:100%;height:100%;max-width:none;max-height:none;box-shadow:none}
@media(prefers-reduced-motion){*{transition:none!important}}
@media(forced-colors:active){.l,.t,.q,.p{border:1px solid ButtonText}}
@media print{.l,.g,.p{display:none}}`
