// Draws a state machine as SVG. The same machine always gives the same bytes.
import { Graph, type Point, layout } from '@dagrejs/dagre'
import type { Machine, Move } from './machines.ts'

const letter = 7.4
const small_letter = 6.4
const node_height = 32
const margin = 12

const style = `
text{font:13px ui-sans-serif,system-ui,sans-serif;fill:#1f2a30;text-anchor:middle;dominant-baseline:central}
.l{font-size:11px;fill:#44525a;paint-order:stroke;stroke:#fff;stroke-width:4px}
rect{fill:#eef4f5;stroke:#6a7f88;rx:8px}
.final rect{fill:#fff;stroke-width:2}
path{fill:none;stroke:#6a7f88;stroke-width:1.2}
marker path,circle{fill:#6a7f88;stroke:none}
@media(prefers-color-scheme:dark){text{fill:#e6ecee}.l{fill:#bcc8cd;stroke:#14191c}rect{fill:#232c31;stroke:#8b9fa8}.final rect{fill:#14191c}path{stroke:#8b9fa8}marker path,circle{fill:#8b9fa8}}`

export function drawMachine(machine: Machine): string {
  const graph = arrange(machine)
  const { width = 0, height = 0 } = graph.graph()
  const isFinal = (state: string) => !machine.moves.some(({ from }) => from === state)
  const nodes = machine.states.map((state) => {
    const { x = 0, y = 0, width: wide } = graph.node(state)
    const box = `<rect x="${round(x - wide / 2)}" y="${round(y - node_height / 2)}" width="${round(wide)}" height="${node_height}"/>`
    return `<g${isFinal(state) ? ' class="final"' : ''}>${box}<text x="${round(x)}" y="${round(y)}">${state}</text></g>`
  })
  const edges = graph.edges().map((edge) => {
    const { points = [], x = 0, y = 0, text = '' } = graph.edge(edge)
    const line = `<path d="${curve(points)}" marker-end="url(#a)"/>`
    return text === '' ? line : `${line}<text class="l" x="${round(x)}" y="${round(y)}">${text}</text>`
  })
  const starts = graph
    .nodes()
    .filter((name) => name.startsWith('start '))
    .map((name) => `<circle cx="${round(graph.node(name).x ?? 0)}" cy="${round(graph.node(name).y ?? 0)}" r="5"/>`)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img">`,
    `<title>${machine.title}</title>`,
    `<style>${style}</style>`,
    '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>',
    ...edges,
    ...nodes,
    ...starts,
    '</svg>',
    '',
  ].join('\n')
}

interface Label {
  text: string
}

function arrange({ states, first, moves }: Machine) {
  const graph = new Graph<object, object, Label>({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 26, ranksep: 46, edgesep: 16, marginx: margin, marginy: margin })
  for (const state of states) graph.setNode(state, { width: state.length * letter + 26, height: node_height })
  for (const [state, label] of joinStarts(first)) {
    graph.setNode(`start ${state}`, { width: 10, height: 10 })
    connect(graph as never, { from: `start ${state}`, to: state, label })
  }
  for (const move of joinMoves(moves)) connect(graph as never, move)
  layout(graph as never)
  return graph as unknown as Arranged
}

interface Arranged {
  graph(): { width?: number; height?: number }
  nodes(): string[]
  edges(): { v: string; w: string }[]
  node(name: string): { x?: number; y?: number; width: number }
  edge(edge: { v: string; w: string }): { points?: Point[]; x?: number; y?: number; text?: string }
}

function connect(graph: Graph, { from, to, label }: Move): void {
  graph.setEdge(from, to, {
    text: label,
    width: label.length * small_letter,
    height: label === '' ? 0 : 16,
    labelpos: 'c',
  })
}

function joinStarts(first: Machine['first']): Map<string, string> {
  const labels = Map.groupBy(first, ({ state }) => state)
  return new Map([...labels].map(([state, all]) => [state, all.map(({ label }) => label).join(', ')]))
}

/** One line between two states, whatever the number of its reasons. */
function joinMoves(moves: readonly Move[]): Move[] {
  const groups = Map.groupBy(moves, ({ from, to }) => `${from} ${to}`)
  return [...groups.values()].map((all) => ({ ...all[0]!, label: all.map(({ label }) => label).join(', ') }))
}

/** Through the middles between the points, so that it has no corners. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`
  const [start, ...rest] = points
  const parts = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1]!
    const end = index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 }
    return `Q${at(point)} ${at(end)}`
  })
  return `M${at(start!)}${parts.length > 0 ? parts.join('') : `L${at(rest[0]!)}`}`
}

const round = (value: number) => Math.round(value * 10) / 10
