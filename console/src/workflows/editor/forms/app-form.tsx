// A tool of a connection: which connection, which of its tools, and the arguments by their schema.
import { workflowBounds, workflowDefaults } from '@parley/contract'
import type { Output } from '@parley/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useSession } from '../../../session/session-context.ts'
import { describeError } from '../../../ui/describe-error.ts'
import { Disclosure } from '../../../ui/disclosure.tsx'
import { type JsonObject, isObject } from '../../definition/definition.ts'
import { useField } from '../editor-context.ts'
import { ChoiceField, NumberField, TextField } from '../fields/basic.tsx'
import { ExpressionField } from '../fields/expression-field.tsx'
import { JsonField, parse } from '../fields/json.tsx'
import { RowsField } from '../fields/rows.tsx'
import { formTexts } from '../form-texts.ts'

const words = formTexts.app
const parley = 'parley'

type Tool = Output<'listWorkflowConnectionTools'>['data'][number]

export function AppForm() {
  const { client } = useSession()
  const { value } = useField(['config', 'connection'])
  const { value: chosen } = useField(['config', 'tool'])
  const connection = typeof value === 'string' ? value : ''
  const { data: connections } = useQuery({
    queryKey: ['workflow-connections', 'all'],
    queryFn: async ({ signal }) => (await client.listWorkflowConnections({ limit: 100 }, { signal })).data,
    staleTime: 30_000,
  })
  const id =
    connection === parley ? parley : connections?.find((one) => one.name === connection || one.id === connection)?.id
  const tools = useQuery({
    queryKey: ['workflow-connections', 'tools', id],
    queryFn: async ({ signal }) => (await client.listWorkflowConnectionTools({ connection_id: id! }, { signal })).data,
    enabled: id !== undefined,
    staleTime: 60_000,
  })
  const tool = tools.data?.find(({ name }) => name === chosen)
  const own = (connections ?? []).map(({ name, kind }) => [name, `${name} · ${words.kinds[kind]}`] as const)
  return (
    <>
      <ChoiceField
        path={['config', 'connection']}
        label={words.connection}
        options={[[parley, words.parley], ...own]}
        unset={words.choose}
      />
      <Link to="/settings/connections" className="self-start text-xs underline underline-offset-2 hover:text-ink">
        {words.manage}
      </Link>
      {tools.error && <p className="text-xs text-warn">{words.failed(describeError(tools.error))}</p>}
      {tools.data ? (
        <ChoiceField
          path={['config', 'tool']}
          label={words.tool}
          options={tools.data.map((one) => [one.name, nameOf(one, id === parley)])}
          unset={words.chooseTool}
        />
      ) : (
        connection !== '' && (
          <TextField path={['config', 'tool']} label={words.toolName} maxLength={workflowBounds.tool} />
        )
      )}
      {tool?.description && <p className="text-xs text-faint">{tool.description}</p>}
      {tool ? (
        <Arguments key={tool.name} tool={tool} />
      ) : (
        <RowsField path={['config', 'arguments']} label={words.arguments} />
      )}
      <NumberField
        path={['config', 'timeout_ms']}
        label={words.timeout}
        placeholder={String(workflowDefaults.app.timeout_ms)}
        inputMode="numeric"
      />
    </>
  )
}

function nameOf({ name, allowed }: Tool, isParley: boolean): string {
  const said = isParley ? (words.parleyTools[name] ?? name) : name
  return allowed ? said : `${said} (${words.notAllowed})`
}

interface Parameter {
  name: string
  schema: JsonObject
  isRequired: boolean
}

function parametersOf({ parameters }: Tool): Parameter[] {
  const { properties, required } = parameters as JsonObject
  const needed = Array.isArray(required) ? required.map(String) : []
  const all = isObject(properties) ? Object.entries(properties) : []
  const listed = all.map(([name, schema]) => ({
    name,
    schema: isObject(schema) ? schema : {},
    isRequired: needed.includes(name),
  }))
  return [...listed.filter(({ isRequired }) => isRequired), ...listed.filter(({ isRequired }) => !isRequired)]
}

/** Those that are needed, and those that are given; the others can be opened. */
function Arguments({ tool }: { tool: Tool }) {
  const { value } = useField(['config', 'arguments'])
  // As it was when the form opened, so that no field moves while it is written.
  const [given] = useState(() => new Set(isObject(value) ? Object.keys(value) : []))
  const all = parametersOf(tool)
  const isShown = ({ name, isRequired }: Parameter) => isRequired || given.has(name) || all.length <= 4
  const others = all.filter((parameter) => !isShown(parameter))
  return (
    <fieldset className="flex min-w-0 flex-col gap-3">
      <legend className="mb-1 font-medium">{words.arguments}</legend>
      {all.length === 0 && <p className="text-xs text-faint">{words.noArguments}</p>}
      {all.filter(isShown).map((parameter) => (
        <Argument key={parameter.name} parameter={parameter} />
      ))}
      {others.length > 0 && (
        <Disclosure
          summary={
            <summary className="self-start rounded px-1 text-soft hover:bg-hover">{words.otherArguments}</summary>
          }
        >
          <div className="mt-2 flex flex-col gap-3">
            {others.map((parameter) => (
              <Argument key={parameter.name} parameter={parameter} />
            ))}
          </div>
        </Disclosure>
      )}
      <Disclosure
        summary={
          <summary className="self-start rounded px-1 text-xs text-soft hover:bg-hover">{words.argumentsJson}</summary>
        }
      >
        <JsonField path={['config', 'arguments']} label={words.argumentsJson} hint={formTexts.expressionHint} />
      </Disclosure>
    </fieldset>
  )
}

function Argument({ parameter: { name, schema, isRequired } }: { parameter: Parameter }) {
  const path = ['config', 'arguments', name]
  const label = isRequired ? words.required(name) : name
  const hint = typeof schema['description'] === 'string' ? schema['description'] : undefined
  const types = [schema['type']].flat()
  const choices = Array.isArray(schema['enum']) ? schema['enum'].filter((one) => typeof one === 'string') : null
  if (choices && choices.length > 0) {
    return (
      <ChoiceField
        path={path}
        label={label}
        hint={hint}
        options={choices.map((one) => [one, one])}
        unset={words.unset}
      />
    )
  }
  const isText = types.length === 0 || types.includes('string') || types[0] === undefined
  return <ExpressionField path={path} label={label} hint={hint} read={isText ? undefined : readValue} />
}

/** A number, a truth value, a list or an object as such; everything else is a text, or an expression. */
const readValue = (text: string) => parse(text)?.value ?? text
