// What a message of the end user says about itself beside its text. Pure.
import type { FormValues } from '@parley/contract'
import type { JsonObject } from '../../base/json.ts'

interface Given {
  client_id?: string | null | undefined
  in_reply_to?: string | null | undefined
  values?: JsonObject | null | undefined
}

/** The fields that are set: those of messages without them have none, on the wire too. */
export function originOf<Values = JsonObject>({ client_id, in_reply_to, values }: Given) {
  return {
    ...(client_id == null ? {} : { client_id }),
    ...(in_reply_to == null ? {} : { in_reply_to }),
    ...(values == null ? {} : { values: values as Values }),
  }
}

/** The same as readers see them. */
export const shownOrigin = (given: Given) => originOf<FormValues>(given)
