// Keys that work wherever the focus is, except where they have a meaning of their own: in fields, dialogs and menus.
import { useEffect, useEffectEvent } from 'react'

const own = 'input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]'

/** A dialog or a menu is open; short messages are dialogs as well, by their role, but nobody has to answer them. */
export function isSomethingAsked(): boolean {
  return document.querySelector('[role=dialog]:not([aria-modal=false]), [role=menu]') !== null
}

export type KeyMap = Record<string, (event: KeyboardEvent) => void>

export function useKeys(keys: KeyMap): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const isInOwn = event.target instanceof Element && event.target.closest(own) !== null
    if (isInOwn || isSomethingAsked()) return
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    if (!act) return
    event.preventDefault()
    act(event)
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
