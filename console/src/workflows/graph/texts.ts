// The texts of the graph.
import { formatCount } from '../../base/format.ts'

export const graphTexts = {
  label: 'Graph of the steps',
  tools: 'View of the graph',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  fit: 'Show all',
  problems: (count: number) => formatCount(count, 'problem', 'problems'),
} as const
