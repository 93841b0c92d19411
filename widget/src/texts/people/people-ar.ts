// The words about people in Arabic.
import type { PeopleTexts } from './people-texts.ts'

export const ar: PeopleTexts = {
  person_asked: 'طُلب التحدث إلى شخص.',
  person_joined: 'انضم {name} إلى المحادثة.',
  person_name: 'شخص',
  agent_again: 'يجيب {name} من جديد.',
  cut: 'انقطعت الإجابة السابقة.',
  queue_wait: 'سيجيبك شخص قريبًا.',
  queue_place: 'مكانك في الانتظار: {place}',
  queue_minutes_one: 'الانتظار المتوقع: دقيقة واحدة',
  queue_minutes_other: 'الانتظار المتوقع: {n} دقيقة',
  back_to_agent: 'العودة إلى {name}',
  person_limit: 'لا يمكنك طلب شخص مرة أخرى في هذه المحادثة.',
  person_nobody: 'لا يستطيع أحد الرد الآن.',
  person_closed: 'لا يستطيع أحد الرد الآن. العودة: {at}',
  person_failed: 'لم ينجح ذلك.',
  queue_minutes_two: 'الانتظار المتوقع: دقيقتان',
  queue_minutes_few: 'الانتظار المتوقع: {n} دقائق',
  queue_minutes_many: 'الانتظار المتوقع: {n} دقيقة',
}
