// The words about people, which are loaded with what shows them. Pure.

type Plain =
  | 'person_asked'
  | 'person_joined'
  | 'person_name'
  | 'agent_again'
  | 'cut'
  | 'queue_wait'
  | 'queue_place'
  | 'back_to_agent'
  | 'person_limit'
  | 'person_nobody'
  | 'person_closed'
  | 'person_failed'

type Category = 'zero' | 'one' | 'two' | 'few' | 'many'

export type PeopleKey = Plain | 'queue_minutes'

export type PeopleTexts = Record<Plain | 'queue_minutes_other', string> &
  Partial<Record<`queue_minutes_${Category}`, string>>
