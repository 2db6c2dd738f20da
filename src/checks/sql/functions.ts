// Functions a query may call: what reads, counts, formats and inspects. Everything else is refused, so that what a new
// Postgres version or an extension adds is out until someone has looked at it. Left out on purpose although harmless by
// name: repeat, lpad, rpad, format, array_fill (they can fill the server's memory in one call), set_config, pg_sleep, nextval,
// txid_current (it writes), query_to_xml (it runs its argument), everything of files, large objects, locks and signals.
const ALLOWED = new Set(
  `
  count sum avg min max array_agg string_agg bool_and bool_or every bit_and bit_or any_value stddev stddev_pop stddev_samp
  variance var_pop var_samp corr regr_slope percentile_cont percentile_disc mode json_agg jsonb_agg json_object_agg
  jsonb_object_agg row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
  grouping generate_series generate_subscripts unnest cardinality
  abs ceil ceiling floor round trunc sign sqrt power exp ln log mod div gcd greatest least width_bucket random
  lower upper length char_length character_length octet_length bit_length substr substring left right btrim ltrim rtrim
  trim split_part strpos position replace translate reverse concat concat_ws initcap ascii chr md5 sha256 encode
  decode starts_with quote_ident quote_literal quote_nullable regexp_match regexp_matches regexp_replace regexp_count
  regexp_like regexp_substr regexp_instr regexp_split_to_array regexp_split_to_table string_to_array array_to_string
  overlay normalize similar_to_escape like_escape
  coalesce nullif num_nulls num_nonnulls
  now current_timestamp statement_timestamp transaction_timestamp clock_timestamp timeofday age date_part date_trunc
  date_bin extract make_date make_time make_timestamp make_timestamptz make_interval justify_days justify_hours
  justify_interval isfinite timezone to_char to_date to_number to_timestamp date timestamptz timestamp
  json_array_length jsonb_array_length json_array_elements json_array_elements_text jsonb_array_elements
  jsonb_array_elements_text json_each json_each_text jsonb_each jsonb_each_text json_extract_path json_extract_path_text
  jsonb_extract_path jsonb_extract_path_text json_object_keys jsonb_object_keys json_typeof jsonb_typeof json_build_object
  jsonb_build_object json_build_array jsonb_build_array to_json to_jsonb row_to_json json_strip_nulls jsonb_strip_nulls
  jsonb_exists jsonb_exists_any jsonb_exists_all jsonb_contains jsonb_pretty jsonb_path_exists jsonb_path_match
  jsonb_path_query jsonb_path_query_array jsonb_path_query_first json_to_record jsonb_to_record json_to_recordset
  jsonb_to_recordset
  array_length array_lower array_upper array_ndims array_position array_positions array_remove array_append array_prepend
  array_cat array_dims
  version current_database current_catalog current_schema current_schemas current_user session_user user current_query
  current_setting pg_backend_pid pg_postmaster_start_time pg_conf_load_time inet_server_addr inet_server_port
  inet_client_addr inet_client_port host masklen network family
  to_regclass to_regtype to_regproc to_regprocedure to_regrole to_regnamespace format_type obj_description
  col_description shobj_description pg_typeof pg_column_size pg_size_pretty pg_size_bytes pg_database_size
  pg_table_size pg_indexes_size pg_relation_size pg_total_relation_size pg_tablespace_size pg_encoding_to_char
  pg_table_is_visible pg_function_is_visible pg_type_is_visible pg_is_other_temp_schema pg_my_temp_schema
  pg_is_in_recovery pg_is_wal_replay_paused pg_last_wal_receive_lsn pg_last_wal_replay_lsn
  pg_last_xact_replay_timestamp pg_current_wal_lsn pg_current_wal_insert_lsn pg_current_wal_flush_lsn pg_wal_lsn_diff
  pg_walfile_name pg_blocking_pids pg_safe_snapshot_blocking_pids pg_trigger_depth pg_jit_available pg_indexam_has_property
  pg_index_has_property pg_index_column_has_property pg_relation_is_publishable pg_get_replica_identity_index
  pg_partition_root pg_partition_tree pg_partition_ancestors mxid_age pg_xact_status txid_current_if_assigned
  pg_current_xact_id_if_assigned pg_visible_in_snapshot
  overlaps is_normalized pg_collation_for xmlexists system_user row_security_active gen_random_uuid uuid_extract_timestamp uuid_extract_version
  pg_get_constraintdef pg_get_expr pg_get_functiondef pg_get_function_arguments pg_get_function_identity_arguments
  pg_get_function_result pg_get_indexdef pg_get_keywords pg_get_partkeydef pg_get_ruledef pg_get_serial_sequence
  pg_get_statisticsobjdef pg_get_triggerdef pg_get_userbyid pg_get_viewdef pg_get_publication_tables
  tsvector_to_array to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery ts_rank numnode querytree
  isempty lower_inc upper_inc lower_inf upper_inf int4range int8range numrange tsrange tstzrange daterange range_merge
  xpath_exists xml_is_well_formed
  `
    .trim()
    .split(/\s+/),
);

const ALLOWED_FAMILIES = [/^pg_stat_get_[a-z_]+$/, /^has_[a-z_]+_privilege$/, /^pg_has_role$/];

/** Whether a query may call a function; a schema other than pg_catalog is somebody's own function. */
export const isAllowedFunction = (path: readonly string[]): boolean => {
  const [name = '', schema = 'pg_catalog', ...more] = [...path].reverse();
  if (schema !== 'pg_catalog' || more.length > 0) return false;
  return ALLOWED.has(name) || ALLOWED_FAMILIES.some((family) => family.test(name));
};
