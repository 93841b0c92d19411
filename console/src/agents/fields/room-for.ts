// The minimum height of a field that grows with its text, in lines.
import type { CSSProperties } from 'react'

export function roomFor(lines: number): CSSProperties {
  return { minHeight: `calc(${lines}lh + 0.875rem)` }
}
