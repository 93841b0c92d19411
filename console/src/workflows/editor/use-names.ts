// The names that the expressions of the form's step can use.
import { use, useMemo } from 'react'
import { type Name, namesFor } from '../definition/names.ts'
import { PlaceContext, useEditor } from './editor-context.ts'

const none: Name[] = []

export function useNames(): Name[] {
  const { definition, samples } = useEditor()
  const step_id = use(PlaceContext)
  return useMemo(
    () => (step_id === null ? none : namesFor(definition, step_id, samples)),
    [definition, step_id, samples],
  )
}
