// Where the steps are drawn: where they were put, or, if none was put anywhere, in rows.
import { useMemo } from 'react'
import type { Definition, Position } from '../definition/definition.ts'
import { isNonePlaced, placesOf } from '../definition/places.ts'
import { tidyUp } from '../definition/tidy.ts'

export function usePlaces(definition: Definition): Map<string, Position> {
  return useMemo(() => (isNonePlaced(definition) ? tidyUp(definition) : placesOf(definition)), [definition])
}
