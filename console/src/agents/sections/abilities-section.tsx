// What an agent can do besides talking: tools, MCP servers, built-in tools, forms.
import { agentBounds, agentDefaults, fieldTypesWithOptions, widgetTypes } from '@parley/contract'
import { agentTexts } from '../texts.ts'
import { type Path, isObject, readAt } from '../document.ts'
import { useEditor } from '../editor-context.ts'
import { ArgumentsField } from '../fields/arguments-field.tsx'
import { CheckBox, ChoiceField, LongTextField, NumberField, SwitchField, TextField } from '../fields/basic-fields.tsx'
import { ListField } from '../fields/list-field.tsx'
import { RecordField } from '../fields/record-field.tsx'
import { LinesField } from '../fields/written-fields.tsx'
import { ActionsField } from './actions-field.tsx'
import { Group, ListGroup, Row } from './group.tsx'

const words = agentTexts.abilities

export function AbilitiesSection() {
  return (
    <>
      <ListGroup
        texts={words.tools}
        path={['config', 'tools']}
        most={agentBounds.tools}
        make={() => ({ name: '', description: '', actions: [{ type: 'http', url: '' }] })}
        title="name"
        note="description"
        render={(path) => <Tool path={path} />}
      />
      <ListGroup
        texts={words.servers}
        path={['config', 'mcp_servers']}
        most={agentBounds.mcp_servers}
        make={() => ({ name: '', url: '' })}
        title="name"
        note="url"
        render={(path) => <McpServer path={path} />}
      />
      <BuiltIn />
      <ListGroup
        texts={words.forms}
        path={['config', 'forms']}
        most={agentBounds.forms}
        make={() => ({ id: '', fields: [{ id: '', label: '', type: 'text' }] })}
        title="id"
        note="title"
        render={(path) => <Form path={path} />}
      />
      <ListGroup
        texts={words.quick}
        path={['config', 'quick_actions']}
        most={agentBounds.quick_actions}
        make={() => ({ label: '', message: '' })}
        title="label"
        note="message"
        render={(path) => (
          <Row>
            <TextField
              path={[...path, 'label']}
              label={words.quick.label}
              keepsEmpty
              maxLength={agentBounds.quick_action.label}
            />
            <TextField
              path={[...path, 'message']}
              label={words.quick.message}
              keepsEmpty
              maxLength={agentBounds.message}
            />
          </Row>
        )}
      />
    </>
  )
}

function Tool({ path }: { path: Path }) {
  return (
    <>
      <TextField
        path={[...path, 'name']}
        label={words.tools.name}
        hint={words.tools.nameHint}
        isCode
        keepsEmpty
        maxLength={agentBounds.tool.name}
      />
      <LongTextField
        path={[...path, 'description']}
        label={words.tools.description}
        rows={2}
        maxLength={agentBounds.tool.description}
      />
      <ArgumentsField path={path} />
      <ActionsField path={[...path, 'actions']} label={words.actions.title} hint={words.actions.hint} />
      <ActionsField
        path={[...path, 'actions_on_error']}
        label={words.actions.onError}
        hint={words.actions.onErrorHint}
      />
      <LongTextField
        path={[...path, 'output']}
        label={words.tools.output}
        hint={words.tools.outputHint}
        rows={2}
        maxLength={agentBounds.text}
        isCode
      />
      <Row>
        <NumberField
          path={[...path, 'timeout_ms']}
          label={words.timeout}
          placeholder={String(agentDefaults.tool.timeout_ms)}
        />
      </Row>
      <SwitchField path={[...path, 'idempotent']} label={words.tools.idempotent} hint={words.tools.idempotentHint} />
    </>
  )
}

function McpServer({ path }: { path: Path }) {
  return (
    <>
      <Row>
        <TextField
          path={[...path, 'name']}
          label={words.servers.name}
          hint={words.servers.nameHint}
          isCode
          keepsEmpty
          maxLength={agentBounds.mcp_server.name}
        />
        <NumberField
          path={[...path, 'timeout_ms']}
          label={words.timeout}
          placeholder={String(agentDefaults.mcp_server.timeout_ms)}
        />
      </Row>
      <TextField
        path={[...path, 'url']}
        label={words.servers.url}
        isCode
        keepsEmpty
        maxLength={agentBounds.mcp_server.url}
      />
      <RecordField path={[...path, 'headers']} label={words.headers} hint={words.secretsHint} />
      <LinesField path={[...path, 'allowed_tools']} label={words.servers.allowed} hint={words.servers.allowedHint} />
    </>
  )
}

const place = ['config', 'built_in_tools'] as const

function BuiltIn() {
  const { document, isReadOnly, write } = useEditor()
  const widgets = readAt(document, [...place, 'widgets'])
  const areOn = isObject(widgets)
  const listed = areOn && Array.isArray(widgets['allowed']) ? (widgets['allowed'] as unknown[]) : null
  const isAllowed = (type: string) => listed?.includes(type) ?? true
  const allow = (type: string, next: boolean) => {
    const allowed = widgetTypes.filter((other) => (other === type ? next : isAllowed(other)))
    write([...place, 'widgets', 'allowed'], allowed.length === widgetTypes.length ? undefined : allowed)
  }
  return (
    <Group title={words.builtIn.title} hint={words.builtIn.hint}>
      <SwitchField
        path={[...place, 'end_conversation', 'enabled']}
        label={words.builtIn.end}
        hint={words.builtIn.endHint}
      />
      <LongTextField
        path={[...place, 'end_conversation', 'description']}
        label={words.builtIn.endWhen}
        placeholder={words.builtIn.endExample}
        rows={2}
        maxLength={agentBounds.end_conversation.description}
      />
      <SwitchField
        path={[...place, 'search_knowledge', 'enabled']}
        label={words.builtIn.search}
        hint={words.builtIn.searchHint}
        isOnByDefault={agentDefaults.search_knowledge.enabled}
      />
      <LongTextField
        path={[...place, 'search_knowledge', 'description']}
        label={words.builtIn.searchWhen}
        placeholder={words.builtIn.searchExample}
        rows={2}
        maxLength={agentBounds.search_knowledge.description}
      />
      <div data-path="config.built_in_tools.widgets">
        <CheckBox
          label={words.builtIn.widgets}
          hint={words.builtIn.widgetsHint}
          isChecked={areOn}
          isReadOnly={isReadOnly}
          onChange={(next) => write([...place, 'widgets'], next ? {} : undefined)}
        />
      </div>
      {areOn && (
        <fieldset className="grid grid-cols-2 gap-1.5 pl-6 wide:grid-cols-3">
          <legend className="sr-only">{words.builtIn.widgetTypes}</legend>
          {widgetTypes.map((type) => (
            <CheckBox
              key={type}
              label={words.builtIn.types[type]}
              isChecked={isAllowed(type)}
              isReadOnly={isReadOnly}
              onChange={(next) => allow(type, next)}
            />
          ))}
        </fieldset>
      )}
    </Group>
  )
}

const withOptions: readonly unknown[] = fieldTypesWithOptions

function Form({ path }: { path: Path }) {
  return (
    <>
      <Row>
        <TextField
          path={[...path, 'id']}
          label={words.forms.id}
          hint={words.forms.idHint}
          isCode
          keepsEmpty
          maxLength={agentBounds.form.id}
        />
        <TextField path={[...path, 'name']} label={words.forms.name} maxLength={agentBounds.form.name} />
        <TextField path={[...path, 'title']} label={words.forms.heading} maxLength={agentBounds.form.title} />
        <TextField
          path={[...path, 'submit_label']}
          label={words.forms.submit}
          maxLength={agentBounds.form.submit_label}
        />
      </Row>
      <LongTextField
        path={[...path, 'description']}
        label={words.forms.description}
        rows={2}
        maxLength={agentBounds.form.description}
      />
      <h4 className="font-medium">{words.forms.fields}</h4>
      <ListField
        path={[...path, 'fields']}
        thing={words.forms.field}
        add={words.forms.addField}
        most={agentBounds.form.fields}
        make={() => ({ id: '', label: '', type: 'text' })}
        title="label"
        note={({ type }) => words.forms.types.find(([name]) => name === type)?.[1] ?? String(type)}
        render={(field, { type }) => (
          <>
            <Row>
              <TextField
                path={[...field, 'id']}
                label={words.forms.id}
                isCode
                keepsEmpty
                maxLength={agentBounds.form_field.id}
              />
              <TextField
                path={[...field, 'label']}
                label={words.forms.label}
                keepsEmpty
                maxLength={agentBounds.form_field.label}
              />
              <ChoiceField path={[...field, 'type']} label={words.forms.type} options={words.forms.types} />
            </Row>
            {withOptions.includes(type) && (
              <LinesField
                path={[...field, 'options']}
                label={words.forms.options}
                hint={agentTexts.arguments.onePerLine}
              />
            )}
            <OwnOfField field={field} type={type} />
            <SwitchField path={[...field, 'required']} label={words.forms.required} />
          </>
        )}
      />
    </>
  )
}

/** What only fields of one type have. */
function OwnOfField({ field, type }: { field: Path; type: unknown }) {
  switch (type) {
    case 'number':
      return (
        <Row>
          <NumberField path={[...field, 'min']} label={words.forms.min} />
          <NumberField path={[...field, 'max']} label={words.forms.max} />
        </Row>
      )
    case 'rating':
      return (
        <NumberField
          path={[...field, 'max']}
          label={words.forms.stars}
          placeholder={String(agentDefaults.form_field.stars)}
        />
      )
    case 'hidden':
      return <TextField path={[...field, 'value']} label={words.forms.value} maxLength={agentBounds.form_field.value} />
    default:
      return null
  }
}
