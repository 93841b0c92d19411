// What a caller sends as a message of the end user.
import { Type } from './type.ts'
import { type FormValues, form_values_type } from './form-values.ts'
import { JsonObject, nullable, oneOf, shownAs, uuidText } from './schema.ts'
import { interactivities } from './vocabulary.ts'

export const Message = Type.Object({
  text: Type.Optional(
    Type.String({
      description:
        'Not blank; at most 32,000 characters. Required, except with `in_reply_to`: then the default is a line `label: value` for each field that is filled in.',
    }),
  ),
  interactivity: Type.Optional(nullable(oneOf(interactivities, 'Default `plain`.'))),
  client_id: Type.Optional(
    nullable(uuidText('Your own id of the message, unique in the conversation: it is stored once, at any time.')),
  ),
  in_reply_to: Type.Optional(
    nullable(
      Type.String({
        maxLength: 256,
        description:
          'The `call_id` of a form, `collect_otp` or `collect_phone_number` that was shown in this conversation; needs `values`. Each is answered once.',
      }),
    ),
  ),
  values: shownAs(
    `${form_values_type} | null`,
    Type.Optional(
      nullable(
        Type.Unsafe<FormValues>({
          ...JsonObject,
          description:
            'The answers by the id of the field, checked against what was shown (422 `values.<id>`); null, an empty text or list: left empty. `collect_otp` asks for `code`, `collect_phone_number` for `phone_number`. Texts have at most 1,000 characters (`textarea` 4,000, `email` 254, `phone` 40), all values 16 KiB as JSON.',
        }),
      ),
    ),
  ),
})
