// What the definition of an action says: everything but its run follows from it, in the server and in the console.
import { Type, type Static, type TObject, type TProperties, type TUnsafe } from 'typebox'
import { named, nullable, oneOf } from '../schema.ts'
import { agentBounds } from '../vocabulary.ts'

/** A field as the console shows it; its bounds, and whether it has to be there, are read from the schema. */
export interface FormField<Field extends string = string> {
  field: Field
  /** `record`: names and their texts. */
  as: 'choice' | 'text' | 'code' | 'long_text' | 'number' | 'json' | 'record'
  /** What an empty field means, where there is a word for it. */
  unset?: string
}

export interface ActionFault {
  field: string
  message: string
}

/** What a schema does not know. */
export interface ActionNames {
  /** What templates have by these names is not what an action has saved. */
  in_templates: ReadonlySet<unknown>
}

/** What the schema cannot say of an action. The action may be malformed: what the schema finds wrong is left alone. */
export type FindActionFaults = (action: Readonly<Record<string, unknown>>, names: ActionNames) => ActionFault[]

type FieldOf<Schema extends TObject> = Exclude<keyof Schema['properties'] & string, 'type' | 'condition'>

interface ActionParts<ActionType extends string, Schema extends TObject> {
  type: ActionType | readonly ActionType[]
  schema: Schema
  /** Fields whose texts, however deep, are templates. */
  templates: readonly FieldOf<Schema>[]
  faults?: FindActionFaults
  /** In order. Empty: the console shows the action as JSON. */
  form: readonly FormField<FieldOf<Schema>>[]
}

export interface ActionDefinition<ActionType extends string = string, Schema extends TObject = TObject> {
  /** Those that are this action: one, but where several mean the same. */
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
      minLength: 1,
      maxLength: agentBounds.tool.condition,
      description:
        'A template expression without braces, as in `order.status == 200`: the action is carried out when it is truthy. Default: always.',
    }),
  ),
)

type Options = { description: string; additionalProperties?: boolean }
type Own<ActionType extends string> = { type: TUnsafe<ActionType>; condition: typeof condition }

/** The schema of an action: its own fields, and those that every action has. */
export function actionSchema<const ActionType extends string, const Fields extends TProperties>(
  name: string,
  type: ActionType | readonly ActionType[],
  fields: Fields,
  options: Options,
): TObject<Own<ActionType> & Fields> {
  const kind = typeof type === 'string' ? Type.Unsafe<ActionType>({ const: type }) : oneOf(type)
  return named(name, Type.Object({ type: kind, condition, ...fields } as Own<ActionType> & Fields, options))
}

/** The field names what later templates see. */
export function reservedName(field: string): FindActionFaults {
  return (action, { in_templates }) =>
    in_templates.has(action[field]) ? [{ field, message: 'is the name of something else in templates' }] : []
}

export type ActionOfDefinition<Definition> =
  Definition extends ActionDefinition<string, infer Schema> ? Static<Schema> : never
