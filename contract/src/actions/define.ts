// The definition of an action. The server and the console derive everything from it, except how it runs.
import type { Static, TObject, TProperties, TUnsafe } from 'typebox'
import { Type } from '../type.ts'
import { named, nullable, oneOf } from '../schema.ts'
import { agentBounds } from '../agent-words.ts'

/** A field as the console shows it; its bounds and whether it is required are read from the schema. */
export interface FormField<Field extends string = string> {
  field: Field
  /** `record`: a list of names with texts. */
  as: 'choice' | 'text' | 'code' | 'long_text' | 'number' | 'json' | 'record'
  /** What an empty field means, if there is a word for it. */
  unset?: string
}

export interface ActionFault {
  field: string
  message: string
}

/** A fault that a schema cannot express. */
export interface ActionNames {
  /** Names that mean something else in templates than what an action saved. */
  in_templates: ReadonlySet<unknown>
}

/** Checks what the schema cannot express. The action may be malformed; faults that the schema finds are not repeated. */
export type FindActionFaults = (action: Readonly<Record<string, unknown>>, names: ActionNames) => ActionFault[]

type FieldOf<Schema extends TObject> = Exclude<keyof Schema['properties'] & string, 'type' | 'condition'>

interface ActionParts<ActionType extends string, Schema extends TObject> {
  type: ActionType | readonly ActionType[]
  schema: Schema
  /** Fields whose texts, at any depth, are templates. */
  templates: readonly FieldOf<Schema>[]
  faults?: FindActionFaults
  /** The fields in order. Empty: the console shows the action as JSON. */
  form: readonly FormField<FieldOf<Schema>>[]
}

export interface ActionDefinition<ActionType extends string = string, Schema extends TObject = TObject> {
  /** The types that mean this action: usually one, several if they mean the same. */
  types: readonly ActionType[]
  schema: Schema
  templates: readonly string[]
  faults: FindActionFaults
  form: readonly FormField[]
}

export function defineAction<const ActionType extends string, Schema extends TObject>(
  parts: ActionParts<ActionType, Schema>,
): ActionDefinition<ActionType, Schema> {
  const types = typeof parts.type === 'string' ? [parts.type] : parts.type
  return { faults: () => [], ...parts, types }
}

const condition = Type.Optional(
  nullable(
    Type.String({
      maxLength: agentBounds.tool.condition,
      description:
        'A template expression without braces, such as `order.status == 200`. The action runs if it is truthy. Absent, null or blank: always, as on AnyReach.',
    }),
  ),
)

type Options = { description: string; additionalProperties?: boolean }
type Own<ActionType extends string> = { type: TUnsafe<ActionType>; condition: typeof condition }

/** The schema of an action: its own fields and those that every action has. */
export function actionSchema<const ActionType extends string, const Fields extends TProperties>(
  name: string,
  type: ActionType | readonly ActionType[],
  fields: Fields,
  options: Options,
): TObject<Own<ActionType> & Fields> {
  const kind = typeof type === 'string' ? Type.Unsafe<ActionType>({ const: type }) : oneOf(type)
  return named(name, Type.Object({ type: kind, condition, ...fields } as Own<ActionType> & Fields, options))
}

/** The field that chooses a name for later templates. */
export const resultName = (description: string) =>
  Type.Optional(
    nullable(
      Type.String({
        pattern: '^[A-Za-z_][A-Za-z0-9_]{0,63}$',
        description: `${description} Names that templates already use, such as \`error\`, \`arguments\` or \`custom_metadata\`, are refused.`,
      }),
    ),
  )

/** Checks a field that chooses a name for later templates. */
export function reservedName(field: string): FindActionFaults {
  return (action, { in_templates }) =>
    in_templates.has(action[field]) ? [{ field, message: 'is already used by templates; choose another name' }] : []
}

export type ActionOfDefinition<Definition> =
  Definition extends ActionDefinition<string, infer Schema> ? Static<Schema> : never
