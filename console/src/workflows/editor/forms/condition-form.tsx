// The branches of a condition: each a comparison, or an expression of one's own.
import { workflowBounds } from '@parley/contract'
import { use, useState } from 'react'
import { Field, Select, TextInput } from '../../../ui/field.tsx'
import {
  type Compared,
  type Comparison,
  comparisons,
  hasRight,
  readComparison,
  writeComparison,
} from '../../definition/comparison.ts'
import type { JsonObject, Path } from '../../definition/definition.ts'
import { writeBranches } from '../../definition/edit.ts'
import { PlaceContext, useEditor, useField } from '../editor-context.ts'
import { Expression } from '../fields/expression.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { ListField } from '../fields/list.tsx'
import { formTexts } from '../form-texts.ts'

const words = formTexts.condition

export function ConditionForm() {
  const { definition, change } = useEditor()
  const step_id = use(PlaceContext)!
  return (
    <ListField
      path={['config', 'conditions']}
      label={words.branches}
      add={words.add}
      most={workflowBounds.conditions}
      make={(number) => ({ name: words.freshName(number), condition: '' })}
      title={({ name }, number) => (typeof name === 'string' && name !== '' ? name : words.branch(number))}
      onWrite={(items) => change(writeBranches(definition, step_id, items))}
      render={(path, _item, index) => (
        <>
          <BranchName path={path} index={index} />
          <Condition path={[...path, 'condition']} />
        </>
      )}
    />
  )
}

/** What the branch leads to follows its name. It is written when the field is left, so that no name in between meets another branch. */
function BranchName({ path, index }: { path: Path; index: number }) {
  const { definition, change } = useEditor()
  const step_id = use(PlaceContext)!
  const { key, value, error, isReadOnly } = useField([...path, 'name'])
  const { value: list } = useField(path.slice(0, -1))
  const [typed, setTyped] = useState<string | null>(null)
  const from = String(value ?? '')
  const finish = () => {
    setTyped(null)
    const to = typed?.trim() ?? from
    if (to === from || to === '' || !Array.isArray(list)) return
    const items = (list as JsonObject[]).map((item, at) => (at === index ? { ...item, name: to } : item))
    change(writeBranches(definition, step_id, items, { from, to }))
  }
  return (
    <div data-path={key} className="min-w-0">
      <Field label={words.name} error={error}>
        <TextInput
          value={typed ?? from}
          readOnly={isReadOnly}
          maxLength={workflowBounds.condition.name}
          autoComplete="off"
          onValueChange={setTyped}
          onBlur={finish}
          onKeyDown={(event) => event.key === 'Enter' && finish()}
        />
      </Field>
    </div>
  )
}

function Condition({ path }: { path: Path }) {
  const { value, isReadOnly, write } = useField(path)
  const text = typeof value === 'string' ? value : ''
  const read = readComparison(text)
  const [isRaw, setRaw] = useState(read === null)
  const isSimple = !isRaw && read !== null
  return (
    <>
      <Field label={words.how}>
        <Select
          value={isSimple ? 'simple' : 'expression'}
          disabled={isReadOnly}
          onChange={({ target }) => {
            setRaw(target.value === 'expression')
            if (target.value === 'simple' && read === null) write('')
          }}
        >
          <option value="simple">{words.hows.simple}</option>
          <option value="expression">{words.hows.expression}</option>
        </Select>
      </Field>
      {isSimple ? (
        <SimpleCondition key={path.join('.')} path={path} read={read} />
      ) : (
        <ExpressionField path={path} label={words.expression} hint={words.expressionHint} rows={2} isBare />
      )}
    </>
  )
}

function SimpleCondition({ path, read }: { path: Path; read: Compared }) {
  const { key, error, isReadOnly, write } = useField(path)
  /** What is not complete yet is not written. */
  const [typed, setTyped] = useState<Compared | null>(null)
  const shown = typed ?? read
  const change = (next: Compared) => {
    const written = writeComparison(next)
    setTyped(written === null ? next : null)
    if (written !== null) write(written)
  }
  const isWrong = typed !== null && typed.left !== ''
  return (
    <div data-path={key} className="flex min-w-0 flex-col gap-2">
      <Expression
        label={words.left}
        hint={words.leftHint}
        error={isWrong ? words.leftWrong : error}
        value={shown.left}
        isReadOnly={isReadOnly}
        isBare
        onWrite={(left) => change({ ...shown, left: left.replace(/^\s*\{\{\s*|\s*\}\}\s*$/g, '') })}
      />
      <div className="grid grid-cols-2 gap-2">
        <Field label={words.comparison}>
          <Select
            value={shown.comparison}
            disabled={isReadOnly}
            onChange={({ target }) => change({ ...shown, comparison: target.value as Comparison })}
          >
            {comparisons.map((comparison) => (
              <option key={comparison} value={comparison}>
                {words.comparisons[comparison]}
              </option>
            ))}
          </Select>
        </Field>
        {hasRight(shown.comparison) && (
          <Field label={words.right}>
            <TextInput
              value={shown.right}
              readOnly={isReadOnly}
              autoComplete="off"
              onValueChange={(right) => change({ ...shown, right })}
            />
          </Field>
        )}
      </div>
    </div>
  )
}
