// The signs of the chat, drawn in the color of their text.

const paths = {
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M7 7h10v10H7z',
}

/** Any other sign by its `path`. */
export function Icon({ name, path = paths[name!] }: { name?: keyof typeof paths; path?: string }) {
  return (
    <svg
      class={name === 'back' ? 'turns' : undefined}
      width="22"
      height="22"
      viewBox="0 0 24 24"
      fill={name === 'stop' ? 'currentColor' : 'none'}
      stroke="currentColor"
      stroke-width={name === 'menu' ? 3 : 2}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  )
}
