-- Two roles on PostgreSQL: who owns the tables, and the program, which cannot change history even by mistake.
--
--   gridcase_owner  owns the log's tables; `gridcase` runs as this one only to prepare or upgrade them
--   gridcase_app    what servers, workers and the command line run as
--
-- Run it once, in Gridcase's database, as a superuser (or as a role that may create roles and owns the tables), after
-- the owner has prepared them; run it again after an upgrade. Then make logins of your own and put them into a role:
--
--   psql -d gridcase -f roles.sql
--   CREATE ROLE gridcase_server LOGIN PASSWORD '…' IN ROLE gridcase_app;
--
-- What gridcase_app may not do, the triggers refuse to its owner as well; a superuser can always do everything, and is
-- found out by the hash chain.

DO $$ BEGIN
    CREATE ROLE gridcase_owner NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

DO $$ BEGIN
    CREATE ROLE gridcase_app NOLOGIN;
EXCEPTION WHEN duplicate_object THEN NULL; END $$;

ALTER TABLE events OWNER TO gridcase_owner;
ALTER TABLE commands OWNER TO gridcase_owner;
ALTER TABLE subjects OWNER TO gridcase_owner;
ALTER TABLE vault OWNER TO gridcase_owner;
ALTER TABLE hash_suites OWNER TO gridcase_owner;
ALTER TABLE checkpoints OWNER TO gridcase_owner;
ALTER TABLE tree_blocks OWNER TO gridcase_owner;
ALTER TABLE passwords OWNER TO gridcase_owner;
ALTER TABLE tokens OWNER TO gridcase_owner;
ALTER TABLE sessions OWNER TO gridcase_owner;
ALTER TABLE attempts OWNER TO gridcase_owner;
ALTER TABLE saved_searches OWNER TO gridcase_owner;
ALTER TABLE log_schema OWNER TO gridcase_owner;
ALTER TABLE alembic_version OWNER TO gridcase_owner;
ALTER FUNCTION events_append_only() OWNER TO gridcase_owner;

REVOKE ALL ON events, commands, subjects, vault, hash_suites, checkpoints, tree_blocks, passwords, tokens, sessions,
    attempts, saved_searches, log_schema, alembic_version FROM PUBLIC, gridcase_app;
GRANT SELECT, INSERT ON events, commands, checkpoints, tree_blocks TO gridcase_app;
GRANT SELECT, INSERT, UPDATE ON subjects TO gridcase_app;       -- corrected, sealed anew, emptied; a row never goes
GRANT SELECT, INSERT, UPDATE, DELETE ON vault TO gridcase_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON passwords, tokens, sessions, attempts, saved_searches TO gridcase_app;
GRANT SELECT ON hash_suites, log_schema, alembic_version TO gridcase_app;

-- The read tables are the program's own: it makes them, fills them and swaps them when they are rebuilt.
GRANT USAGE, CREATE ON SCHEMA public TO gridcase_app;
GRANT USAGE, CREATE ON SCHEMA public TO gridcase_owner;

-- Rewriting the pages of who was erased (VACUUM FULL) is the owner's: let it run `gridcase` once after erasing.
