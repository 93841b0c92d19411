// Larger, smaller, all of it.
import { Panel, useReactFlow } from '@xyflow/react'
import { IconButton } from '../../ui/button.tsx'
import { graphTexts as words } from './texts.ts'

export function GraphTools() {
  const { zoomIn, zoomOut, fitView } = useReactFlow()
  return (
    <Panel position="bottom-right" className="m-2!">
      <div
        role="group"
        aria-label={words.tools}
        className="flex gap-0.5 rounded-lg border border-line bg-surface p-0.5"
      >
        <IconButton icon="minus" label={words.zoomOut} onClick={() => void zoomOut()} />
        <IconButton icon="plus" label={words.zoomIn} onClick={() => void zoomIn()} />
        <IconButton icon="fit" label={words.fit} onClick={() => void fitView({ padding: 0.15, maxZoom: 1 })} />
      </div>
    </Panel>
  )
}
