-- Nothing changes before it is created: a search for what has not changed since a time begins with what was created then. Imported
-- conversations could be older than their creation, at least by the microseconds that this was moved on. (Of its own, since a
-- transaction that has locked such rows must not wait for an index.)
update conversation_progress p set updated_at = c.created_at
from conversations c where c.id = p.conversation_id and p.updated_at < c.created_at;
