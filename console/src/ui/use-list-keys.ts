// Moves the focus from row to row of a list by keyboard: `j`, `k`, the arrows, Home and End. A row's link has `data-row`.
import { useKeys } from './use-keys.ts'

export function useListKeys(list: { readonly current: HTMLElement | null }): void {
  const move = (to: (index: number, last: number) => number) => {
    const links = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])]
    const index = links.findIndex((link) => link === document.activeElement)
    const last = links.length - 1
    links[Math.max(0, Math.min(last, to(index, last)))]?.focus()
  }
  const [down, up] = [() => move((index) => index + 1), () => move((index) => index - 1)]
  useKeys({
    j: down,
    ArrowDown: down,
    k: up,
    ArrowUp: up,
    Home: () => move(() => 0),
    End: () => move((_index, last) => last),
  })
}
