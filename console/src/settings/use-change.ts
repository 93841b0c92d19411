// Waits for a change, says that it was made or why not, and reads again what it has changed.
import { useQueryClient } from '@tanstack/react-query'
import { notify, notifyError } from '../ui/notify.ts'

export function useChange(...changes: (readonly unknown[])[]): (work: Promise<unknown>, said: string) => Promise<void> {
  const queries = useQueryClient()
  return async (work, said) => {
    try {
      await work
      notify(said)
      await Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })))
    } catch (error) {
      notifyError(error)
    }
  }
}
