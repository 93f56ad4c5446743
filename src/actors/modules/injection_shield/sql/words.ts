/**
 * What a word of SQL can do, one letter a kind (the letters of a token string, see `tokenise.ts`):
 * `U` set operator, `E` query or change, `T` statement, `&` logical, `o` comparison, `B` clause that ends a query,
 * `k` other keyword, `l` literal word.
 */
export type WordKind = 'U' | 'E' | 'T' | '&' | 'o' | 'B' | 'k' | 'l';

/** Kind of a lower-case SQL word; undefined for a plain name. */
export const sqlWord = (word: string): WordKind | undefined => WORDS.get(word);

const list = (kind: WordKind, words: string): readonly (readonly [string, WordKind])[] => words.split(' ').map((word) => [word, kind]);

const WORDS = new Map<string, WordKind>([
  ...list('U', 'union intersect except minus'),
  ...list('E', 'select insert update delete replace merge values'),
  ...list(
    'T',
    'drop create alter truncate exec execute declare shutdown grant revoke call begin waitfor handler rename backup restore copy load attach detach pragma vacuum if set kill deallocate prepare',
  ),
  ...list('&', 'and or xor'),
  ...list('o', 'like rlike regexp between in is glob similar sounds ilike'),
  ...list('B', 'order group having limit offset procedure into window'),
  ...list(
    'k',
    'from where as by all distinct distinctrow top not case when then else end join on using cross inner outer left right natural table database schema view index trigger function user login role asc desc escape exists div mod binary collate interval any some outfile dumpfile delay analyse analyze returning mode boolean',
  ),
  ...list('l', 'null true false default unknown'),
]);

/** Functions that only an attack calls through a parameter: they wait, fail loudly, read files or reach out. */
export const isAttackFunction = (name: string): boolean => ATTACK.has(name);

const ATTACK = new Set(
  (
    'sleep benchmark pg_sleep pg_sleep_for pg_sleep_until extractvalue updatexml load_file xp_cmdshell xp_dirtree xp_fileexist xp_regread xp_regwrite ' +
    'sp_executesql sp_oacreate sp_oamethod sp_configure sp_password openrowset opendatasource openquery fn_listextendedproperty fn_xe_file_target_read_file fn_get_audit_file ' +
    'dbms_pipe.receive_message dbms_lock.sleep dbms_session.sleep dbms_utility.sqlid_to_sqlhash dbms_ldap.init dbms_xmlgen.getxml dbms_java.runjava dbms_xslprocessor.read2clob utl_http.request utl_inaddr.get_host_address utl_inaddr.get_host_name utl_smtp.open_connection utl_tcp.open_connection utl_file.fopen httpuritype ctxsys.drithsx.sn ordsys.ord_dicom.getmappingxpath ' +
    'sys_eval sys_exec pg_read_file pg_ls_dir pg_stat_file pg_read_binary_file lo_import lo_export dblink query_to_xml database_to_xml table_to_xml ' +
    'randomblob zeroblob load_extension regexp_substring xmltype make_set elt name_const geometrycollection multipoint multipolygon multilinestring linestring polygon st_latfromgeohash st_longfromgeohash st_pointfromgeohash gtid_subset gtid_subtract json_keys ' +
    'crypt_key generate_series char_to_utf8 is_srvrolemember has_dbaccess'
  ).split(' '),
);

/** Functions that turn up in injections and also in honest code. */
export const isSqlFunction = (name: string): boolean => ORDINARY.has(name);

const ORDINARY = new Set(
  (
    'ascii ord char chr nchar unichar concat concat_ws group_concat string_agg listagg wm_concat hex unhex to_hex encode decode from_base64 to_base64 ' +
    'substring substr substrb mid left right instr locate position strpos charindex patindex reverse replace lpad rpad ltrim rtrim trim upper lower ucase lcase quotename strcmp soundex ' +
    'version database schema user current_user session_user system_user user_name db_name host_name suser_name suser_sname current_database current_schema connection_id last_insert_id ' +
    'count sum min max avg floor ceil ceiling round abs exp pow power sqrt rand random mod length len char_length octet_length bit_length datalength ' +
    'cast convert try_convert to_char to_number to_date ifnull isnull nullif nvl nvl2 coalesce iif if decode greatest least md5 sha1 sha sha2 password crc32 row_count found_rows row ' +
    'json_extract json_value json_query xmlelement xmlagg xpath xmlquery extract date_format now sysdate getdate curdate unix_timestamp current_setting set_config sqlite_version typeof quote printf format repeat space like uuid newid object_id object_name col_name checksum stuff values limit'
  ).split(' '),
);

/** Tables and variables that describe the database itself. */
export const isCatalogName = (name: string): boolean => CATALOG.test(name);

const CATALOG =
  /^(?:information_schema|performance_schema|sys(?:objects|columns|users|databases|tables|processes|logins|comments|obj)|sqlite_(?:temp_)?(?:master|schema)|pg_(?:catalog|user|shadow|database|tables|class|authid|roles|proc|namespace|stat_activity)|all_(?:tables|users|tab_columns|objects|db_links)|user_(?:tables|tab_columns|objects|users|db_links)|dba_(?:tables|users|objects)|v\$(?:version|instance|database|session|parameter)|gv\$instance|sysibm|syscat|sysmaster|msysobjects|msysaces|rdb\$[a-z_]{2,31}|mon\$[a-z_]{2,31}|innodb_(?:table_stats|index_stats)|sysdatabases|sysusers)(?:\.|$)|(?:^|\.)(?:sysdatabases|sysobjects|sysusers|syslogins|xp_[a-z]{3,31}|sp_oacreate)$|^(?:mysql\.(?:user|db|innodb_[a-z_]{1,31})|sys\.(?:objects|tables|columns|databases|sql_logins|all_columns|schema_[a-z_]{1,31}|user\$))/;
