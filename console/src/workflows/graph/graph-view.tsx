// The graph of a workflow: seen, moved and connected. Everything that can be done here can be done in the list and the forms, too.
import './graph.css'
import {
  Background,
  type Connection,
  type Edge,
  MarkerType,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  applyNodeChanges,
  useReactFlow,
  useStore,
} from '@xyflow/react'
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react'
import type { Definition, Port, Position } from '../definition/definition.ts'
import { canFollow } from '../definition/edit.ts'
import { size } from '../definition/places.ts'
import { GraphTools } from './graph-tools.tsx'
import {
  type Box,
  type GraphFacts,
  type Line,
  boxesOf,
  isArrow,
  labelOf,
  linesOf,
  neighbour,
  shift,
} from './graph-model.ts'
import { type BoxNode, StepBox } from './step-box.tsx'
import { graphTexts as words } from './texts.ts'
import { usePlaces } from './use-places.ts'

export interface GraphChanges {
  move: (id: string, position: Position, places: ReadonlyMap<string, Position>) => void
  connect: (from: string, port: string, to: string | null) => void
  /** An end of a line was put elsewhere. */
  reconnect: (before: { from: string; port: string }, after: { from: string; port: string; to: string }) => void
  remove: (id: string) => void
}

interface Props {
  definition: Definition
  facts: GraphFacts
  /** The step whose form or visit is open. */
  shown: string | null
  onShow: (id: string | null) => void
  /** Null: it can only be looked at. */
  changes: GraphChanges | null
}

const nodeTypes = { step: StepBox }
const pro = { hideAttribution: true }
const fit = { padding: 0.15, maxZoom: 1 }

export function GraphView(props: Props) {
  const places = usePlaces(props.definition)
  return (
    <ReactFlowProvider>
      <Graph {...props} places={places} />
    </ReactFlowProvider>
  )
}

const toNode = (box: Box, isReadOnly: boolean, isShown: boolean, isTabStop: boolean): BoxNode => ({
  id: box.id,
  type: 'step',
  position: box.position,
  ...size,
  data: { box, isReadOnly, isShown },
  draggable: !isReadOnly,
  ariaRole: 'button',
  // One stop for all of them: arrows go from step to step.
  domAttributes: {
    tabIndex: isTabStop ? 0 : -1,
    'aria-roledescription': undefined,
    'aria-pressed': isShown,
    'aria-describedby': undefined,
  } as NonNullable<BoxNode['domAttributes']>,
})

const arrow = (size: number) => ({ width: size, height: size })

function colorOf({ kind }: Port, isTaken: boolean): string {
  if (isTaken) return 'var(--color-accent)'
  return kind === 'error' ? 'var(--color-bad)' : 'var(--color-edge)'
}

const toEdge = ({ id, from, port, to, isTaken }: Line): Edge => ({
  id,
  source: from,
  sourceHandle: port.name,
  target: to,
  type: 'smoothstep',
  label: labelOf(port) || undefined,
  labelBgPadding: [4, 2],
  labelBgBorderRadius: 4,
  className: [port.kind === 'error' && 'is-error', isTaken && 'is-taken'].filter(Boolean).join(' '),
  // Its size is in widths of the line.
  markerEnd: { type: MarkerType.ArrowClosed, color: colorOf(port, isTaken), ...arrow(isTaken ? 10 : 16) },
  focusable: false,
  // The list says where each step leads.
  domAttributes: { 'aria-hidden': true },
})

function Graph({ definition, facts, shown, onShow, changes, places }: Props & { places: Map<string, Position> }) {
  const isReadOnly = changes === null
  const boxes = useMemo(() => boxesOf(definition, places, facts), [definition, places, facts])
  const edges = useMemo(() => linesOf(definition, facts).map(toEdge), [definition, facts])
  const stop = boxes.some(({ id }) => id === shown) ? shown : (boxes[0]?.id ?? null)
  const wanted = useMemo(
    () => boxes.map((box) => toNode(box, isReadOnly, box.id === shown, box.id === stop)),
    [boxes, isReadOnly, shown, stop],
  )
  const [nodes, setNodes] = useNodes(wanted)
  useRevealed(shown, places)
  const keys = useGraphKeys({ boxes, places, onShow, changes })
  return (
    <ReactFlow<BoxNode>
      nodes={nodes}
      edges={edges}
      className={isReadOnly ? 'is-read-only' : ''}
      nodeTypes={nodeTypes}
      aria-label={words.label}
      proOptions={pro}
      fitView
      fitViewOptions={fit}
      minZoom={0.2}
      maxZoom={1.5}
      nodesConnectable={!isReadOnly}
      edgesReconnectable={!isReadOnly}
      elementsSelectable={!isReadOnly}
      nodesFocusable
      edgesFocusable={false}
      disableKeyboardA11y
      // Keys are those of the editor: they can be undone and are the same in the list.
      deleteKeyCode={null}
      selectionKeyCode={null}
      multiSelectionKeyCode={null}
      panActivationKeyCode={null}
      zoomActivationKeyCode={null}
      zoomOnDoubleClick={false}
      onKeyDown={keys}
      onNodesChange={(all) => setNodes((before) => applyNodeChanges(all.filter(isOwn), before))}
      onNodeClick={(_event, { id }) => onShow(id)}
      onPaneClick={() => onShow(null)}
      onNodeDragStop={(_event, { id, position }) => changes?.move(id, position, places)}
      isValidConnection={({ target }) => definition.nodes.some((step) => step.id === target && canFollow(step))}
      onConnect={(connection) => connect(changes, connection)}
      onReconnect={(edge, { source, sourceHandle, target }) => {
        if (!sourceHandle || !edge.sourceHandle) return
        changes?.reconnect(
          { from: edge.source, port: edge.sourceHandle },
          { from: source, port: sourceHandle, to: target },
        )
      }}
      onReconnectEnd={(_event, edge, _type, { isValid, toNode }) => {
        // A line that is dropped on nothing is removed.
        if (isValid !== true && toNode === null) changes?.connect(edge.source, edge.sourceHandle!, null)
      }}
    >
      <Background gap={24} />
      <GraphTools />
    </ReactFlow>
  )
}

function connect(changes: GraphChanges | null, { source, sourceHandle, target }: Connection): void {
  if (sourceHandle) changes?.connect(source, sourceHandle, target)
}

/** What is chosen is the editor's to say. */
const isOwn = ({ type }: NodeChange<BoxNode>) => type === 'position' || type === 'dimensions'

/** As they are wanted, but for what the library has measured, and where one is being dragged. */
function useNodes(wanted: BoxNode[]) {
  const [state, setState] = useState({ wanted, nodes: wanted })
  if (state.wanted !== wanted) {
    const before = new Map(state.nodes.map((node) => [node.id, node]))
    const nodes = wanted.map((node) => {
      const known = before.get(node.id)
      if (!known) return node
      const isDragged = known.dragging === true
      return { ...node, measured: known.measured, ...(isDragged ? { position: known.position, dragging: true } : {}) }
    })
    setState({ wanted, nodes: nodes as BoxNode[] })
  }
  const setNodes = (change: (before: BoxNode[]) => BoxNode[]) =>
    setState((before) => ({ ...before, nodes: change(before.nodes) }))
  return [state.nodes, setNodes] as const
}

/** What is opened from elsewhere comes into view; what is in view stays where it is. */
function useRevealed(shown: string | null, places: ReadonlyMap<string, Position>): void {
  const { getViewport, setCenter, viewportInitialized } = useReactFlow()
  // A form that opens beside the graph takes some of its width.
  const width = useStore((state) => state.width)
  const height = useStore((state) => state.height)
  useEffect(() => {
    const place = shown === null ? undefined : places.get(shown)
    if (!place || !viewportInitialized) return
    const { x, y, zoom } = getViewport()
    const [left, top] = [place.x * zoom + x, place.y * zoom + y]
    const [right, bottom] = [left + size.width * zoom, top + size.height * zoom]
    if (left >= 0 && top >= 0 && right <= width && bottom <= height) return
    void setCenter(place.x + size.width / 2, place.y + size.height / 2, { zoom, duration: 150 })
  }, [shown, places, width, height, viewportInitialized, getViewport, setCenter])
}

interface KeysOptions {
  boxes: readonly Box[]
  places: ReadonlyMap<string, Position>
  onShow: (id: string) => void
  changes: GraphChanges | null
}

/** With Alt, an arrow moves the step; without, the focus. */
const moved_px = 24

function useGraphKeys({ boxes, places, onShow, changes }: KeysOptions) {
  return (event: KeyboardEvent<HTMLDivElement>) => {
    const node = (event.target as Element).closest<HTMLElement>('.react-flow__node')
    const box = boxes.find(({ id }) => id === node?.dataset['id'])
    if (!node || !box || event.ctrlKey || event.metaKey) return
    const { key } = event
    if (isArrow(key)) {
      if (event.altKey) changes?.move(box.id, shift(box.position, key, moved_px), places)
      else focusBox(event.currentTarget, neighbour(boxes, box, key)?.id)
    } else if (key === 'Enter' || key === ' ') onShow(box.id)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
}

function focusBox(graph: Element, id: string | undefined): void {
  if (id !== undefined) graph.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"]`)?.focus()
}
