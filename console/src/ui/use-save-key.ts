// Ctrl or Cmd with S saves what is being edited, also while a field has the focus.
import { useEffect, useEffectEvent } from 'react'
import { isSomethingAsked } from './use-keys.ts'

export function useSaveKey(save: () => void): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
    event.preventDefault()
    if (!isSomethingAsked()) save()
  })
  useEffect(() => {
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}
