// A message that answers a widget: what was asked is what was shown, so the values are checked against that.
import { completeValues, describeFormValues, fieldsOfWidget, findFormFaults, type FormValues } from '@parley/contract'
import { AppError, invalid } from '../base/errors.ts'
import { limitFaults } from '../base/faults.ts'
import type { JsonObject } from '../base/json.ts'
import { type Bearer, isOpen, refuseStored } from './accept-message.ts'
import type { ConversationRecord } from './machine/rows.ts'

interface Answer {
  client_id?: string | null
  in_reply_to: string
  values: FormValues
  text?: string | undefined
}

/** The answers as they are stored, and their text. Throws the refusal; in a conversation that is over, whose refusal comes first, nothing. */
export async function readAnswer(
  bearer: Pick<Bearer, 'store'>,
  conversation: ConversationRecord,
  answer: Answer,
): Promise<{ values: JsonObject; text: string }> {
  const { values, text } = answer
  const claims = await refuseStored(bearer, conversation, answer)
  if (!isOpen(conversation)) return { values: {}, text: text ?? '' }
  const fields = claims?.shown ? fieldsOfWidget(claims.shown) : null
  if (!fields) {
    const message =
      'is not the call_id of a form, collect_otp or collect_phone_number that was shown in this conversation'
    throw invalid({ path: 'in_reply_to', message })
  }
  if (claims!.is_answered) throw new AppError('widget_answered')
  const faults = findFormFaults(fields, values)
  if (faults.length > 0) {
    const all = faults.map(({ path, message }) => ({ path: path ? `values.${path}` : 'values', message }))
    throw invalid(...limitFaults(all))
  }
  return { values: completeValues(fields, values) as JsonObject, text: text ?? describeFormValues(fields, values) }
}
