// Keyboard shortcuts that work anywhere on a page, except in fields, dialogs and menus, which use the same keys.
import { useEffect, useEffectEvent } from 'react'

const own = 'input, textarea, select, [contenteditable], [role=dialog], [role=menu], [role=listbox]'

/** Whether a dialog or a menu is open. Toasts have the role of a dialog too, but need no answer. */
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
