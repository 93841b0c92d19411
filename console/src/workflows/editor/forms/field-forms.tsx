// What a workflow is given, and what it answers: lists of named fields with types.
import { valueTypes, workflowBounds, workflowDefaults } from '@parley/contract'
import { stepTexts } from '../../step-texts.ts'
import { ChoiceField, SwitchField, TextField } from '../fields/basic.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { ListField } from '../fields/list.tsx'
import { formTexts } from '../form-texts.ts'

const types = valueTypes.map((type) => [type, stepTexts.types[type]] as const)

export function OutputForm() {
  const words = formTexts.output
  return (
    <>
      <p className="text-xs text-faint">{words.hint}</p>
      <ListField
        path={['config', 'output_data']}
        label={words.fields}
        add={words.add}
        most={workflowBounds.fields}
        make={(number) => ({ name: words.freshName(number), type: 'string', value: '' })}
        title={({ name }, number) => (typeof name === 'string' && name !== '' ? name : words.field(number))}
        render={(path) => (
          <>
            <div className="grid grid-cols-[minmax(0,1fr)_8rem] gap-2">
              <TextField path={[...path, 'name']} label={words.name} maxLength={workflowBounds.field.name} />
              <ChoiceField
                path={[...path, 'type']}
                label={words.type}
                options={types}
                byDefault={workflowDefaults.field.type}
              />
            </div>
            <ExpressionField path={[...path, 'value']} label={words.value} />
          </>
        )}
      />
    </>
  )
}

export function InputForm() {
  const words = formTexts.input
  return (
    <ListField
      path={['config', 'fields']}
      label={words.fields}
      add={words.add}
      most={workflowBounds.fields}
      make={(number) => ({ name: words.freshName(number), type: 'string' })}
      title={({ name }, number) => (typeof name === 'string' && name !== '' ? name : words.field(number))}
      render={(path) => (
        <>
          <div className="grid grid-cols-[minmax(0,1fr)_8rem] gap-2">
            <TextField path={[...path, 'name']} label={words.name} maxLength={workflowBounds.field.name} />
            <ChoiceField
              path={[...path, 'type']}
              label={words.type}
              options={types}
              byDefault={workflowDefaults.field.type}
            />
          </div>
          <SwitchField path={[...path, 'required']} label={words.required} />
          <TextField path={[...path, 'default']} label={words.byDefault} />
          <TextField
            path={[...path, 'description']}
            label={words.description}
            maxLength={workflowBounds.field.description}
          />
        </>
      )}
    />
  )
}
