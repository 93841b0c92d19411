// The box of a step in the graph, and the look of each kind.
import type { StepType } from '@parley/contract'
import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { memo } from 'react'
import { classes } from '../../ui/classes.ts'
import { Icon } from '../../ui/icons.tsx'
import { size } from '../definition/places.ts'
import { stepIcons } from '../step-icons.ts'
import { stepTexts } from '../step-texts.ts'
import { type Box, type StepState, labelOf } from './graph-model.ts'
import { graphTexts as words } from './texts.ts'

export type BoxNode = Node<{ box: Box; isReadOnly: boolean; isShown: boolean }, 'step'>

const tones: Record<StepState['tone'], string> = {
  running: 'border-accent bg-accent-wash text-accent-strong',
  waiting: 'border-warn bg-warn-wash text-warn',
  good: 'border-good bg-good-wash text-good',
  bad: 'border-bad bg-bad-wash text-bad',
  quiet: 'border-line text-faint',
}

const accents: Partial<Record<StepType, string>> = {
  trigger: 'text-accent-strong',
  input: 'text-accent-strong',
  condition: 'text-warn',
  wait: 'text-warn',
  output: 'text-good',
}

export const StepBox = memo(function StepBox({ data: { box, isReadOnly, isShown } }: NodeProps<BoxNode>) {
  const { type, name, summary, ports, problems, state } = box
  const below = ports.filter(({ kind }) => kind !== 'error')
  const isEntry = type === 'trigger' || type === 'input'
  return (
    <div
      style={size}
      className={classes(
        'flex items-center gap-2.5 rounded-lg border-[1.5px] bg-surface px-3 py-2 shadow-[0_1px_2px_oklch(0.2_0.02_235/0.08)]',
        state ? tones[state.tone] : problems > 0 ? 'border-bad' : 'border-edge/60',
        type === 'note' && 'border-dashed bg-warn-wash',
        isShown && 'outline-2 outline-offset-2 outline-accent',
      )}
    >
      {!isEntry && type !== 'note' && (
        <Handle type="target" position={Position.Top} isConnectable={!isReadOnly} isConnectableStart={false} />
      )}
      <Icon name={stepIcons[type]} className={classes('shrink-0', accents[type] ?? 'text-soft')} />
      <span className="min-w-0 flex-1 text-ink">
        <span className="block truncate text-sm leading-tight font-medium">{name}</span>
        <span className="block truncate text-xs text-faint">{state ? state.text : summary}</span>
        <span className="sr-only">{[stepTexts.kinds[type], state && summary].filter(Boolean).join(', ')}</span>
      </span>
      {problems > 0 && (
        <span className="grid size-5 shrink-0 place-items-center rounded-full bg-bad text-xs text-surface">
          <span aria-hidden="true">{problems}</span>
          <span className="sr-only">{words.problems(problems)}</span>
        </span>
      )}
      {below.map((port, index) => (
        <Handle
          key={port.name}
          id={port.name}
          type="source"
          position={Position.Bottom}
          isConnectable={!isReadOnly}
          isConnectableEnd={false}
          aria-hidden
          title={labelOf(port) || undefined}
          style={{ left: `${((index + 1) / (below.length + 1)) * 100}%` }}
        />
      ))}
      {ports.some(({ kind }) => kind === 'error') && (
        <Handle
          id="error"
          type="source"
          position={Position.Right}
          isConnectable={!isReadOnly}
          isConnectableEnd={false}
          aria-hidden
          title={labelOf({ name: 'error', kind: 'error' })}
        />
      )}
    </div>
  )
})
