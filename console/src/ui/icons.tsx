// The icons: strokes of one weight on a grid of 16. They are decorative, so text or a label beside them carries the meaning.
import type { SVGProps } from 'react'

const paths = {
  inbox:
    'M2.5 9.5 4.4 3.6a1 1 0 0 1 .95-.7h5.3a1 1 0 0 1 .95.7l1.9 5.9v2.6a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1zm0 0h3.2l.8 1.6h3l.8-1.6h3.2',
  desk: 'M3 9V7.5a5 5 0 0 1 10 0V9M3 9h1.8v3.5H3.9a.9.9 0 0 1-.9-.9zM13 9h-1.8v3.5h.9a.9.9 0 0 0 .9-.9zM12.1 12.5c0 1-1 1.6-2.3 1.6H8.6',
  agents:
    'M8 2v1.8M4.5 4h7A1.5 1.5 0 0 1 13 5.5v5a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 10.5v-5A1.5 1.5 0 0 1 4.5 4ZM6 7v1.5M10 7v1.5M1.2 7v2M14.8 7v2M5.5 14h5',
  book: 'M3 3.2c1.8-.5 3.5-.3 5 .8 1.5-1.1 3.2-1.3 5-.8v9.3c-1.8-.5-3.5-.3-5 .8-1.5-1.1-3.2-1.3-5-.8zM8 4v9.2',
  knowledge:
    'M8 5.6c2.9 0 5-.8 5-1.8S10.9 2 8 2 3 2.8 3 3.8s2.1 1.8 5 1.8ZM3 3.8v8.4c0 1 2.1 1.8 5 1.8s5-.8 5-1.8V3.8M3 8c0 1 2.1 1.8 5 1.8s5-.8 5-1.8',
  widget: 'M2.5 3h11v7.5H8l-3 2.7v-2.7H2.5zM5.5 6.7h.01M8 6.7h.01M10.5 6.7h.01',
  file: 'M4 2h5l3.5 3.5V14H4zM9 2v3.5h3.5',
  upload: 'M8 10.5v-8M4.5 5.5 8 2l3.5 3.5M3 13.5h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10ZM10.7 10.7 14 14',
  filter: 'M2 4h12M4.5 8h7M7 12h2',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.2 3.2L13 5',
  left: 'M9.5 3.5 5 8l4.5 4.5',
  right: 'M6.5 3.5 11 8l-4.5 4.5',
  down: 'M3.5 6 8 10.5 12.5 6',
  up: 'M8 13V3M3.8 7.2 8 3l4.2 4.2',
  grip: 'M6 4h.01M10 4h.01M6 8h.01M10 8h.01M6 12h.01M10 12h.01',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  link: 'M6.7 9.3a2.6 2.6 0 0 0 3.7 0l2.2-2.2a2.6 2.6 0 0 0-3.7-3.7l-.8.8M9.3 6.7a2.6 2.6 0 0 0-3.7 0L3.4 8.9a2.6 2.6 0 0 0 3.7 3.7l.8-.8',
  tool: 'M9.9 6.1a3.2 3.2 0 0 1 3.9-3.9l-2 2 .4 1.4 1.4.4 2-2a3.2 3.2 0 0 1-3.9 3.9L6 13.6A1.5 1.5 0 0 1 3.9 11.5z',
  open: 'M9.5 2.5h4v4M13.3 2.7 8 8M11.5 9.5v3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3',
  download: 'M8 2.5v8M4.5 7.5 8 11l3.5-3.5M3 13.5h10',
  trash: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M6.8 7v3.7M9.2 7v3.7',
  stop: 'M4.5 4.5h7v7h-7z',
  end: 'M8 2v5.5M4.6 4.3a5 5 0 1 0 6.8 0',
  copy: 'M5.5 5.5V3.2a.7.7 0 0 1 .7-.7h6.6a.7.7 0 0 1 .7.7v6.6a.7.7 0 0 1-.7.7h-2.3M3.2 5.5h6.6a.7.7 0 0 1 .7.7v6.6a.7.7 0 0 1-.7.7H3.2a.7.7 0 0 1-.7-.7V6.2a.7.7 0 0 1 .7-.7Z',
  out: 'M6 13.5H3.5a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1H6M10.5 11l3-3-3-3M13.5 8H6',
  account: 'M8 8.2a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4ZM2.8 13.5a5.3 5.3 0 0 1 10.4 0',
  keyboard: 'M2 4h12v8H2zM4.5 6.5h.01M7 6.5h.01M9.5 6.5h.01M11.5 6.5h.01M5 9.5h6',
  eye: 'M1.5 8c1.6-2.8 3.8-4.2 6.5-4.2s4.9 1.4 6.5 4.2c-1.6 2.8-3.8 4.2-6.5 4.2S3.1 10.8 1.5 8ZM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z',
  tree: 'M6 2h4v3H6zM2 11h4v3H2zM10 11h4v3h-4zM8 5v3M4 11V8h8v3',
  warning: 'M8 2.5 14.2 13H1.8zM8 6.5v3M8 11.3h.01',
  picture: 'M2.5 3.5h11v9h-11zM2.5 10.5l3-3 3 3 2-2 3 3M10.5 6.3h.01',
  panel: 'M2.5 3h11v10h-11zM10 3v10',
  overview: 'M2.5 13.5h11M4.5 11V7.5M8 11V3.5M11.5 11V6',
  settings: 'M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M10.2 3v3M5.8 10v3',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10',
  edit: 'm3 13 .7-3 6.8-6.8a1 1 0 0 1 1.4 0l.9.9a1 1 0 0 1 0 1.4L6 12.3zM9.3 4.4l2.3 2.3',
  again: 'M13 8a5 5 0 1 1-1.6-3.7M13.2 2.3v2.8h-2.8',
  note: 'M3 2.5h10v7.2L9.7 13.5H3zM13 9.7H9.7v3.8M5.5 5.5h5M5.5 8h3',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.8V8l2.2 1.6',
  reply: 'M6 3.5 2.5 7 6 10.5M2.8 7H9a4.5 4.5 0 0 1 4.5 4.5v1',
  spark: 'm8 2 1.4 4.6L14 8l-4.6 1.4L8 14l-1.4-4.6L2 8l4.6-1.4z',
  tag: 'M2.5 2.5h5.2l5.8 5.8-5.2 5.2-5.8-5.8zM5.3 5.3h.01',
  workflow: 'M5.5 2.5h5v3h-5zM2 10.5h5v3H2zM9 10.5h5v3H9zM8 5.5V8M4.5 10.5V8h7v2.5',
  braces:
    'M6 2.5c-1.5 0-2 .6-2 1.8v1.9c0 .9-.5 1.5-1.5 1.8 1 .3 1.5.9 1.5 1.8v1.9c0 1.2.5 1.8 2 1.8M10 2.5c1.5 0 2 .6 2 1.8v1.9c0 .9.5 1.5 1.5 1.8-1 .3-1.5.9-1.5 1.8v1.9c0 1.2-.5 1.8-2 1.8',
  bolt: 'M9 1.8 3.5 9h4L7 14.2 12.5 7h-4z',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5M9 3 7 13',
  branch: 'M8 2v4M8 6 4 10v4M8 6l4 4v4',
  globe: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c2 2 2.6 4 2.6 6S10 12 8 14c-2-2-2.6-4-2.6-6S6 4 8 2Z',
  plug: 'M6 2v3M10 2v3M4.5 5h7v2.5a3.5 3.5 0 0 1-7 0zM8 11v3',
  flag: 'M4 14V2.5M4 3h8l-1.8 2.7L12 8.5H4',
  form: 'M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3',
  undo: 'M5.5 3 2.5 6l3 3M2.8 6H9a4 4 0 0 1 0 8H7',
  redo: 'M10.5 3l3 3-3 3M13.2 6H7a4 4 0 0 0 0 8h2',
  play: 'M4.5 2.8 12.5 8l-8 5.2z',
  lock: 'M4 7h8v6.5H4zM5.5 7V5.2a2.5 2.5 0 0 1 5 0V7',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, ...rest }: { name: IconName } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      viewBox="0 0 16 16"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.3"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      <path d={paths[name]} />
    </svg>
  )
}

/** The logo of the product, in the accent color. */
export function Mark(props: SVGProps<SVGSVGElement>) {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" {...props}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <path d="M9 9.5h9.5a4.5 4.5 0 0 1 0 9H13l-4 4z" className="fill-accent-ink" />
      <path d="M20.5 21.2a6.6 6.6 0 0 0 4.3-4.5v7.8l-3-3z" className="fill-accent-ink opacity-60" />
    </svg>
  )
}
