// The theme: that of the system, unless another one was chosen here.
import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[]

const storage_key = 'parley-theme'
const listeners = new Set<() => void>()

function readTheme(): Theme {
  const theme = document.documentElement.dataset['theme']
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

export function chooseTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(storage_key)
    else localStorage.setItem(storage_key, theme)
  } catch {
    // If storage is blocked, the choice lasts as long as the page.
  }
  for (const listener of listeners) listener()
}

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, readTheme)
}
