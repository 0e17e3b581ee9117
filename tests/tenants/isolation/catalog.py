"""What a schema is made of, as text lines that are equal where two schemas are."""

from django.db import connection


def catalog_of(schema: str) -> list[str]:
    """Columns with types, defaults and identity; constraints; indexes; sequences with their last values."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT format('column %%s.%%s %%s null:%%s default:%%s identity:%%s', relname, attname,
                          format_type(atttypid, atttypmod), NOT attnotnull, pg_get_expr(adbin, adrelid), attidentity)
            FROM pg_class c JOIN pg_attribute ON attrelid = c.oid LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
            WHERE relnamespace = %(schema)s::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
            UNION ALL
            SELECT format('constraint %%s %%s %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint WHERE connamespace = %(schema)s::regnamespace
            UNION ALL
            SELECT format('index %%s', indexdef) FROM pg_indexes WHERE schemaname = %(schema)s
            UNION ALL
            SELECT format('sequence %%s %%s %%s', sequencename, data_type, last_value) FROM pg_sequences
            WHERE schemaname = %(schema)s
            """,
            {"schema": schema},
        )
        return sorted(line.replace(f"{schema}.", "") for (line,) in cursor.fetchall())
