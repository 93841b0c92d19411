// The definition as JSON, for those who want it: to copy, or to replace all of it.
import { useState } from 'react'
import { formatJson } from '../../base/format.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { type Definition, isObject } from '../definition/definition.ts'
import { parse } from './fields/json.tsx'
import { editorTexts } from './texts.ts'
import type { Draft } from './use-draft.ts'

const words = editorTexts.jsonDialog

export function JsonDialog({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const { definition, isReadOnly, change } = draft
  const [text, setText] = useState(() => formatJson(definition))
  const [fault, setFault] = useState<string | null>(null)
  const put = () => {
    const value = parse(text)?.value
    const nodes = isObject(value) ? value['nodes'] : undefined
    const isDefinition = Array.isArray(nodes) && nodes.every((step) => isObject(step) && typeof step['id'] === 'string')
    if (!isDefinition) return setFault(words.wrong)
    const steps = nodes.map((step) => ({ ...step, config: isObject(step['config']) ? step['config'] : {} }))
    change({ ...(value as object), schema_version: 1, nodes: steps } as Definition)
    onClose()
  }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={editorTexts.json}
      submit={isReadOnly ? words.close : words.submit}
      isPending={false}
      error={fault}
      onSubmit={isReadOnly ? onClose : put}
    >
      <Field label={words.label} hint={isReadOnly ? undefined : words.hint}>
        <TextArea
          rows={16}
          className="font-mono text-xs"
          spellCheck={false}
          readOnly={isReadOnly}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
      </Field>
    </ConfirmDialog>
  )
}
