BEGIN TRANSACTION;
CREATE TABLE acronym (
	article_id VARCHAR NOT NULL, 
	short VARCHAR NOT NULL, 
	long VARCHAR NOT NULL, 
	CONSTRAINT pk_acronym PRIMARY KEY (article_id, short, long), 
	CONSTRAINT fk_acronym_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0024');
CREATE TABLE alias (
	entity_id VARCHAR NOT NULL, 
	text VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_alias PRIMARY KEY (entity_id, text), 
	CONSTRAINT fk_alias_entity_id FOREIGN KEY(entity_id) REFERENCES entity (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "alias" VALUES('person-roald-amundsen','Amundsen','amundsen','short',1);
INSERT INTO "alias" VALUES('person-roald-amundsen','Roald Amundsen','roald amundsen','name',1);
INSERT INTO "alias" VALUES('person-roald-amundsen','Roald E. G. Amundsen','roald e. g. amundsen','name',0);
INSERT INTO "alias" VALUES('person-robert-scott','Ernest Shackleton','ernest shackleton','short',1);
INSERT INTO "alias" VALUES('person-robert-scott','Robert Scott','robert scott','name',2);
INSERT INTO "alias" VALUES('place-london','London','london','name',1);
INSERT INTO "alias" VALUES('place-norway','Norway','norway','name',2);
INSERT INTO "alias" VALUES('place-oslo','OSLO','oslo','short',1);
INSERT INTO "alias" VALUES('place-oslo','Oslo','oslo','name',1);
CREATE TABLE article (
	id VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	external_id VARCHAR, 
	revision INTEGER NOT NULL, 
	status VARCHAR NOT NULL, 
	headline VARCHAR NOT NULL, 
	headline_derived BOOLEAN NOT NULL, 
	date VARCHAR, 
	dateline VARCHAR, 
	place VARCHAR, 
	dateline_place VARCHAR, 
	source VARCHAR, 
	url VARCHAR, 
	authors JSON NOT NULL, 
	language VARCHAR NOT NULL, 
	word_count INTEGER NOT NULL, 
	content_sha256 VARCHAR NOT NULL, 
	record_sha256 VARCHAR NOT NULL, 
	pipeline VARCHAR NOT NULL, 
	file VARCHAR NOT NULL, 
	record INTEGER NOT NULL, 
	ingested_at VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	revised INTEGER NOT NULL, 
	blocks JSON NOT NULL, 
	body VARCHAR NOT NULL, published_at VARCHAR, furniture JSON, added INTEGER, rights VARCHAR, urgency INTEGER, subjects JSON, copy_group VARCHAR, story VARCHAR, 
	CONSTRAINT pk_article PRIMARY KEY (id), 
	CONSTRAINT uq_article_key UNIQUE ("key"), 
	CONSTRAINT uq_article_sequence UNIQUE (sequence)
);
INSERT INTO "article" VALUES('43d51a300e43f3ba','id	Coast News	1','1',2,'published','Keepers',0,'1911-12-14',NULL,NULL,NULL,'Coast News',NULL,'[]','en',16,'fa2be8c8e563f35a342b571c23bd74e0d108972e9ec772f667e6278bf85607ed','4dd6936caa18d71b8b11067d681c90ee3543965d76dd89ad0811f9be0bd1afbc','rules-1','coast.jsonl',1,'2026-01-01T00:00:00+00:00',4,4,'[["paragraph", 0, 105]]','Roald Amundsen thanked Robert Scott in Norway on Monday. Amundsen later left Oslo. The lighthouse stayed.','1911-12-14T18:30+01:00',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "article" VALUES('35a60e35bfd84e59','id	Coast News	2','2',1,'published','A lamp',0,'1912-01','OSLO, January 3','OSLO','place-oslo','Coast News',NULL,'[]','en',13,'03bd352f7bafbcbea335731bfaa59801f513007c5b2db6b6439811d382067303','f98f92d25dbba19672e2193baf4208df4a75a493e2f809cc63167c3817a735a0','rules-1','coast.jsonl',2,'2026-01-01T00:00:00+00:00',2,2,'[["paragraph", 0, 78]]','OSLO, January 3 - Robert Scott said that Norway would keep the lighthouse lit.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "article" VALUES('0d49c30f83149c93','id	Coast News	3','3',1,'published','Fog',0,NULL,NULL,NULL,NULL,'Coast News','http://coast.example/3','["A. Keeper"]','en',11,'33f4910bf1a66f4d9de1a975800727cee4d197af4fd2bc739d144f2483619ab4','21add0e6c099f3dd76d0fc203db2fa79d426a59f722234108f5f64255fce958a','rules-1','coast.jsonl',3,'2026-01-01T00:00:00+00:00',6,3,'[["paragraph", 0, 72]]','Ernest Shackleton spoke to reporters in London. The lighthouse was dark.',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE article_entity (
	article_id VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	entity_id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	country VARCHAR, 
	count INTEGER NOT NULL, 
	first INTEGER NOT NULL, 
	split BOOLEAN NOT NULL, 
	surname VARCHAR, 
	CONSTRAINT pk_article_entity PRIMARY KEY (article_id, "key", entity_id), 
	CONSTRAINT fk_article_entity_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_article_entity_entity_id FOREIGN KEY(entity_id) REFERENCES entity (id)
)
 WITHOUT ROWID

;
INSERT INTO "article_entity" VALUES('0d49c30f83149c93','person-ernest-shackleton','person-robert-scott','Ernest Shackleton',NULL,1,0,0,'shackleton');
INSERT INTO "article_entity" VALUES('0d49c30f83149c93','place-london','place-london','London','GB',1,40,0,NULL);
INSERT INTO "article_entity" VALUES('35a60e35bfd84e59','person-robert-scott','person-robert-scott','Robert Scott',NULL,1,18,0,'scott');
INSERT INTO "article_entity" VALUES('35a60e35bfd84e59','place-norway','place-norway','Norway','NO',1,41,0,NULL);
INSERT INTO "article_entity" VALUES('35a60e35bfd84e59','place-oslo','place-oslo','Oslo','NO',1,0,0,NULL);
INSERT INTO "article_entity" VALUES('43d51a300e43f3ba','person-roald-amundsen','person-roald-amundsen','Roald Amundsen',NULL,2,0,0,'amundsen');
INSERT INTO "article_entity" VALUES('43d51a300e43f3ba','person-robert-scott','person-robert-scott','Robert Scott',NULL,1,23,0,'scott');
INSERT INTO "article_entity" VALUES('43d51a300e43f3ba','place-norway','place-norway','Norway','NO',1,39,0,NULL);
INSERT INTO "article_entity" VALUES('43d51a300e43f3ba','place-oslo','place-oslo','Oslo','NO',1,77,0,NULL);
CREATE TABLE awaiting_names (
	article_id VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	CONSTRAINT pk_awaiting_names PRIMARY KEY (article_id), 
	CONSTRAINT fk_awaiting_names_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE copy (
	"key" VARCHAR NOT NULL, 
	article_id VARCHAR NOT NULL, 
	record_sha256 VARCHAR NOT NULL, 
	external_id VARCHAR, 
	source VARCHAR, 
	url VARCHAR, 
	file VARCHAR NOT NULL, 
	record INTEGER NOT NULL, 
	seen_at VARCHAR NOT NULL, 
	CONSTRAINT pk_copy PRIMARY KEY ("key"), 
	CONSTRAINT fk_copy_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
INSERT INTO "copy" VALUES('id	Coast News	copy','0d49c30f83149c93','b1b4021f0d1bda7534459ca1667512cfb3a7d8b340b806b574ede93025237b9c','copy','Coast News','http://coast.example/copy','coast.jsonl',4,'2026-01-01T00:00:00+00:00');
CREATE TABLE copy_pair (
	article_id VARCHAR NOT NULL, 
	other_id VARCHAR NOT NULL, 
	CONSTRAINT pk_copy_pair PRIMARY KEY (article_id, other_id), 
	CONSTRAINT fk_copy_pair_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE counter (
	name VARCHAR NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_counter PRIMARY KEY (name)
);
INSERT INTO "counter" VALUES('sequence',12);
CREATE TABLE decision (
	number INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	entity_id VARCHAR NOT NULL, 
	target VARCHAR, 
	alias VARCHAR, 
	name VARCHAR, 
	article_id VARCHAR, 
	content_sha256 VARCHAR, 
	start INTEGER, 
	"end" INTEGER, 
	undoes INTEGER, 
	note VARCHAR, 
	"by" VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, other_id VARCHAR, other_sha256 VARCHAR, 
	CONSTRAINT pk_decision PRIMARY KEY (number), 
	CONSTRAINT uq_decision_undoes UNIQUE (undoes)
);
INSERT INTO "decision" VALUES(1,'merge','person-ernest-shackleton','person-robert-scott',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'The same.','Ada','2026-01-01T00:00:00+00:00',NULL,NULL);
INSERT INTO "decision" VALUES(2,'rename','person-roald-amundsen',NULL,NULL,'Roald E. G. Amundsen',NULL,NULL,NULL,NULL,NULL,NULL,'Ada','2026-01-01T00:00:00+00:00',NULL,NULL);
CREATE TABLE delivery (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	search INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	"after" INTEGER NOT NULL, 
	upto INTEGER NOT NULL, 
	state VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	due_at VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	ended_at VARCHAR, 
	answer VARCHAR, 
	CONSTRAINT pk_delivery PRIMARY KEY (number), 
	CONSTRAINT fk_delivery_search FOREIGN KEY(search) REFERENCES saved_search (number) ON DELETE CASCADE, 
	CONSTRAINT uq_delivery_id UNIQUE (id)
);
CREATE TABLE entity (
	id VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	folded VARCHAR NOT NULL, 
	country VARCHAR, 
	article_count INTEGER NOT NULL, 
	mention_count INTEGER NOT NULL, 
	first_date VARCHAR, 
	last_date VARCHAR, 
	stale BOOLEAN NOT NULL, hidden BOOLEAN DEFAULT 0 NOT NULL, role VARCHAR, prominence FLOAT, 
	CONSTRAINT pk_entity PRIMARY KEY (id)
);
INSERT INTO "entity" VALUES('person-roald-amundsen','person','Roald E. G. Amundsen','roald e. g. amundsen',NULL,1,2,'1911-12-14','1911-12-14',0,0,NULL,1912.0);
INSERT INTO "entity" VALUES('person-robert-scott','person','Robert Scott','robert scott',NULL,3,3,'1911-12-14','1912-01',0,0,NULL,1913.0423);
INSERT INTO "entity" VALUES('place-norway','place','Norway','norway','NO',2,2,'1911-12-14','1912-01',0,0,NULL,1913.0423);
INSERT INTO "entity" VALUES('place-oslo','place','Oslo','oslo','NO',2,2,'1911-12-14','1912-01',0,0,NULL,1913.0423);
INSERT INTO "entity" VALUES('place-london','place','London','london','GB',1,1,NULL,NULL,0,0,NULL,NULL);
CREATE TABLE entity_change (
	entity_id VARCHAR NOT NULL, 
	sequence INTEGER NOT NULL, 
	added INTEGER NOT NULL, 
	renamed INTEGER NOT NULL, 
	CONSTRAINT pk_entity_change PRIMARY KEY (entity_id)
)
 WITHOUT ROWID

;
INSERT INTO "entity_change" VALUES('person-roald-amundsen',8,8,8);
INSERT INTO "entity_change" VALUES('person-robert-scott',9,9,9);
INSERT INTO "entity_change" VALUES('place-london',10,10,10);
INSERT INTO "entity_change" VALUES('place-norway',11,11,11);
INSERT INTO "entity_change" VALUES('place-oslo',12,12,12);
CREATE TABLE feed (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	url VARCHAR NOT NULL, 
	given VARCHAR NOT NULL, 
	title VARCHAR, 
	source VARCHAR, 
	every INTEGER NOT NULL, 
	fetch_pages BOOLEAN NOT NULL, 
	state VARCHAR NOT NULL, 
	added_at VARCHAR NOT NULL, 
	next_at VARCHAR, 
	checked_at VARCHAR, 
	success_at VARCHAR, 
	checks INTEGER NOT NULL, 
	tries INTEGER NOT NULL, 
	failures INTEGER NOT NULL, 
	error VARCHAR, 
	etag VARCHAR, 
	last_modified VARCHAR, 
	advised INTEGER NOT NULL, 
	sha256 VARCHAR, 
	articles INTEGER NOT NULL, 
	counts JSON NOT NULL, 
	CONSTRAINT pk_feed PRIMARY KEY (number), 
	CONSTRAINT uq_feed_id UNIQUE (id), 
	CONSTRAINT uq_feed_url UNIQUE (url)
);
CREATE TABLE feed_entry (
	feed_id VARCHAR NOT NULL, 
	entry VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	CONSTRAINT pk_feed_entry PRIMARY KEY (feed_id, entry), 
	CONSTRAINT fk_feed_entry_feed_id FOREIGN KEY(feed_id) REFERENCES feed (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE identity (
	"key" VARCHAR NOT NULL, 
	article_id VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	entity_id VARCHAR NOT NULL, 
	CONSTRAINT pk_identity PRIMARY KEY ("key", article_id, rule)
)
 WITHOUT ROWID

;
CREATE TABLE index_commit (
	"index" VARCHAR NOT NULL, 
	generation INTEGER NOT NULL, 
	sequence INTEGER NOT NULL, 
	CONSTRAINT pk_index_commit PRIMARY KEY ("index", generation)
);
INSERT INTO "index_commit" VALUES('index',1,7);
INSERT INTO "index_commit" VALUES('index',2,4);
INSERT INTO "index_commit" VALUES('index',3,6);
CREATE TABLE input_file (
	label VARCHAR NOT NULL, 
	tail VARCHAR NOT NULL, 
	path VARCHAR NOT NULL, 
	CONSTRAINT pk_input_file PRIMARY KEY (label), 
	CONSTRAINT uq_input_file_path UNIQUE (path)
)
 WITHOUT ROWID

;
CREATE TABLE "key" (
	prefix VARCHAR NOT NULL, 
	secret_sha256 VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	scopes JSON NOT NULL, 
	created_at VARCHAR NOT NULL, 
	revoked BOOLEAN NOT NULL, 
	CONSTRAINT pk_key PRIMARY KEY (prefix)
);
INSERT INTO "key" VALUES('0000beef','1a015b7104efd24244882685677533816147299614cc41d6135b618b5c4db18d','admin','["admin"]','2026-01-01',0);
CREATE TABLE lineage (
	id VARCHAR NOT NULL, 
	CONSTRAINT pk_lineage PRIMARY KEY (id)
);
INSERT INTO "lineage" VALUES('e7e749e5e1278feb');
CREATE TABLE mention (
	article_id VARCHAR NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	surface VARCHAR NOT NULL, 
	type VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	"key" VARCHAR NOT NULL, 
	entity_id VARCHAR NOT NULL, 
	pipeline VARCHAR NOT NULL, role VARCHAR, 
	CONSTRAINT pk_mention PRIMARY KEY (article_id, start, "end"), 
	CONSTRAINT fk_mention_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT fk_mention_entity_id FOREIGN KEY(entity_id) REFERENCES entity (id)
)
 WITHOUT ROWID

;
INSERT INTO "mention" VALUES('0d49c30f83149c93',0,17,'Ernest Shackleton','person','model',0.85,'person-ernest-shackleton','person-robert-scott','rules-1',NULL);
INSERT INTO "mention" VALUES('0d49c30f83149c93',40,46,'London','place','gazetteer',0.97,'place-london','place-london','rules-1',NULL);
INSERT INTO "mention" VALUES('35a60e35bfd84e59',0,4,'OSLO','place','dateline',0.95,'place-oslo','place-oslo','rules-1',NULL);
INSERT INTO "mention" VALUES('35a60e35bfd84e59',18,30,'Robert Scott','person','model',0.85,'person-robert-scott','person-robert-scott','rules-1',NULL);
INSERT INTO "mention" VALUES('35a60e35bfd84e59',41,47,'Norway','place','gazetteer',0.97,'place-norway','place-norway','rules-1',NULL);
INSERT INTO "mention" VALUES('43d51a300e43f3ba',0,14,'Roald Amundsen','person','model',0.85,'person-roald-amundsen','person-roald-amundsen','rules-1',NULL);
INSERT INTO "mention" VALUES('43d51a300e43f3ba',23,35,'Robert Scott','person','model',0.85,'person-robert-scott','person-robert-scott','rules-1',NULL);
INSERT INTO "mention" VALUES('43d51a300e43f3ba',39,45,'Norway','place','gazetteer',0.97,'place-norway','place-norway','rules-1',NULL);
INSERT INTO "mention" VALUES('43d51a300e43f3ba',57,65,'Amundsen','person','surname',0.85,'person-roald-amundsen','person-roald-amundsen','rules-1',NULL);
INSERT INTO "mention" VALUES('43d51a300e43f3ba',77,81,'Oslo','place','gazetteer',0.97,'place-oslo','place-oslo','rules-1',NULL);
CREATE TABLE mentioned_date (
	article_id VARCHAR NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	value VARCHAR NOT NULL, 
	granularity VARCHAR NOT NULL, 
	rule VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	text VARCHAR NOT NULL, 
	CONSTRAINT pk_mentioned_date PRIMARY KEY (article_id, start), 
	CONSTRAINT fk_mentioned_date_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE quote (
	article_id VARCHAR NOT NULL, 
	start INTEGER NOT NULL, 
	"end" INTEGER NOT NULL, 
	speaker_start INTEGER NOT NULL, 
	speaker_end INTEGER NOT NULL, 
	named INTEGER, 
	cue VARCHAR, 
	rule VARCHAR NOT NULL, 
	confidence FLOAT NOT NULL, 
	text VARCHAR NOT NULL, 
	CONSTRAINT pk_quote PRIMARY KEY (article_id, start), 
	CONSTRAINT fk_quote_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE rejection (
	id INTEGER NOT NULL, 
	file VARCHAR NOT NULL, 
	path VARCHAR NOT NULL, 
	record INTEGER, 
	reason VARCHAR NOT NULL, 
	sha256 VARCHAR, 
	"offset" INTEGER, 
	seen_at VARCHAR NOT NULL, 
	resolved BOOLEAN NOT NULL, source VARCHAR, format VARCHAR, 
	CONSTRAINT pk_rejection PRIMARY KEY (id)
);
INSERT INTO "rejection" VALUES(1,'coast.jsonl','/news/coast.jsonl',4,'is not valid JSON: invalid character (byte 4)','5394a933264772e27bdd26d0dd2edc1f08b92eb00bfab199fa857b6029909dcb',525,'2026-01-01T00:00:00+00:00',1,NULL,NULL);
INSERT INTO "rejection" VALUES(2,'coast.jsonl','/news/coast.jsonl',5,'is not valid JSON: invalid character (byte 4)','5394a933264772e27bdd26d0dd2edc1f08b92eb00bfab199fa857b6029909dcb',749,'2026-01-01T00:00:00+00:00',0,NULL,NULL);
CREATE TABLE repeated_block (
	hash BIGINT NOT NULL, 
	week INTEGER NOT NULL, 
	article_id VARCHAR NOT NULL, 
	CONSTRAINT pk_repeated_block PRIMARY KEY (hash, week, article_id)
)
 WITHOUT ROWID

;
CREATE TABLE revision (
	article_id VARCHAR NOT NULL, 
	record_sha256 VARCHAR NOT NULL, 
	revision INTEGER NOT NULL, 
	file VARCHAR NOT NULL, 
	record INTEGER NOT NULL, 
	ingested_at VARCHAR NOT NULL, 
	CONSTRAINT pk_revision PRIMARY KEY (article_id, record_sha256), 
	CONSTRAINT fk_revision_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
INSERT INTO "revision" VALUES('43d51a300e43f3ba','5d890bf741dd24bfae65c7ce44e52b8f0d9648e8c8f534909c374bf5f0fcbba1',1,'coast.jsonl',1,'2026-01-01T00:00:00+00:00');
CREATE TABLE saved_search (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	parameters JSON NOT NULL, 
	"by" VARCHAR NOT NULL, 
	created_at VARCHAR NOT NULL, 
	since INTEGER NOT NULL, 
	reached INTEGER NOT NULL, 
	webhook VARCHAR, 
	secret VARCHAR, 
	email VARCHAR, 
	digest VARCHAR, 
	told INTEGER NOT NULL, 
	mailed INTEGER NOT NULL, 
	mail_due VARCHAR, 
	state VARCHAR NOT NULL, 
	failing_since VARCHAR, 
	error VARCHAR, 
	CONSTRAINT pk_saved_search PRIMARY KEY (number), 
	CONSTRAINT uq_saved_search_id UNIQUE (id)
);
CREATE TABLE search_match (
	number INTEGER NOT NULL, 
	search INTEGER NOT NULL, 
	article_id VARCHAR NOT NULL, 
	found_at VARCHAR NOT NULL, 
	CONSTRAINT pk_search_match PRIMARY KEY (number), 
	CONSTRAINT fk_search_match_search FOREIGN KEY(search) REFERENCES saved_search (number) ON DELETE CASCADE, 
	CONSTRAINT fk_search_match_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE, 
	CONSTRAINT uq_search_match_search UNIQUE (search, article_id)
);
CREATE TABLE sent_part (
	caller VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	number INTEGER NOT NULL, 
	last INTEGER NOT NULL, 
	results VARCHAR NOT NULL, 
	CONSTRAINT pk_sent_part PRIMARY KEY (caller, "key", number)
)
 WITHOUT ROWID

;
CREATE TABLE sent_request (
	caller VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	begun_at VARCHAR NOT NULL, 
	finished BOOLEAN NOT NULL, 
	notes JSON NOT NULL, 
	CONSTRAINT pk_sent_request PRIMARY KEY (caller, "key")
)
 WITHOUT ROWID

;
CREATE TABLE set_aside (
	article_id VARCHAR NOT NULL, 
	mentions JSON NOT NULL, 
	entities JSON NOT NULL, quotes JSON DEFAULT '[]' NOT NULL, dates JSON DEFAULT '[]' NOT NULL, 
	CONSTRAINT pk_set_aside PRIMARY KEY (article_id), 
	CONSTRAINT fk_set_aside_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE sighting (
	article_id VARCHAR NOT NULL, 
	place VARCHAR NOT NULL, 
	record_sha256 VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	CONSTRAINT pk_sighting PRIMARY KEY (article_id, place, record_sha256), 
	CONSTRAINT fk_sighting_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "sighting" VALUES('43d51a300e43f3ba','coast.jsonl','487bdab8181f4500122026bfe905e5d0efffa7a12ae424fbe0854fa7309a6de1','2026-01-01T00:00:00+00:00');
INSERT INTO "sighting" VALUES('43d51a300e43f3ba','coast.jsonl','5d890bf741dd24bfae65c7ce44e52b8f0d9648e8c8f534909c374bf5f0fcbba1','2026-01-01T00:00:00+00:00');
CREATE TABLE sketch (
	article_id VARCHAR NOT NULL, 
	digest BIGINT NOT NULL, 
	day INTEGER NOT NULL, 
	size INTEGER NOT NULL, 
	smallest BLOB NOT NULL, 
	CONSTRAINT pk_sketch PRIMARY KEY (article_id), 
	CONSTRAINT fk_sketch_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE sketch_hash (
	hash BIGINT NOT NULL, 
	day INTEGER NOT NULL, 
	article_id VARCHAR NOT NULL, 
	CONSTRAINT pk_sketch_hash PRIMARY KEY (hash, day, article_id)
)
 WITHOUT ROWID

;
CREATE TABLE story_decision (
	number INTEGER NOT NULL, 
	kind VARCHAR NOT NULL, 
	article_id VARCHAR NOT NULL, 
	content_sha256 VARCHAR NOT NULL, 
	stands VARCHAR, 
	other_id VARCHAR, 
	other_sha256 VARCHAR, 
	other_stands VARCHAR, 
	headline VARCHAR, 
	undoes INTEGER, 
	note VARCHAR, 
	"by" VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	CONSTRAINT pk_story_decision PRIMARY KEY (number), 
	CONSTRAINT uq_story_decision_undoes UNIQUE (undoes)
);
CREATE TABLE story_due (
	day VARCHAR NOT NULL, 
	article_id VARCHAR NOT NULL, 
	CONSTRAINT pk_story_due PRIMARY KEY (day, article_id), 
	CONSTRAINT fk_story_due_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
INSERT INTO "story_due" VALUES('','0d49c30f83149c93');
INSERT INTO "story_due" VALUES('1911-12-14','43d51a300e43f3ba');
INSERT INTO "story_due" VALUES('1912-01','35a60e35bfd84e59');
CREATE TABLE story_neighbours (
	article_id VARCHAR NOT NULL, 
	part VARCHAR NOT NULL, 
	near BLOB NOT NULL, 
	CONSTRAINT pk_story_neighbours PRIMARY KEY (article_id), 
	CONSTRAINT fk_story_neighbours_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE story_vector (
	day INTEGER NOT NULL, 
	article_id VARCHAR NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT pk_story_vector PRIMARY KEY (day, article_id), 
	CONSTRAINT fk_story_vector_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
)
 WITHOUT ROWID

;
CREATE TABLE unsettled (
	"key" VARCHAR NOT NULL, 
	CONSTRAINT pk_unsettled PRIMARY KEY ("key")
)
 WITHOUT ROWID

;
CREATE TABLE upload_job (
	number INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	tries INTEGER NOT NULL, 
	sha256 VARCHAR NOT NULL, 
	"by" VARCHAR NOT NULL, 
	source VARCHAR, 
	files JSON NOT NULL, 
	created_at VARCHAR NOT NULL, 
	updated_at VARCHAR NOT NULL, 
	done INTEGER NOT NULL, 
	total INTEGER NOT NULL, 
	counts JSON NOT NULL, 
	notes JSON NOT NULL, 
	error VARCHAR, 
	CONSTRAINT pk_upload_job PRIMARY KEY (number), 
	CONSTRAINT uq_upload_job_id UNIQUE (id)
);
CREATE TABLE withdrawal (
	number INTEGER NOT NULL, 
	article_id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	reason VARCHAR, 
	"by" VARCHAR NOT NULL, 
	at VARCHAR NOT NULL, 
	unfinished BOOLEAN NOT NULL, 
	names JSON, sequence INTEGER, 
	CONSTRAINT pk_withdrawal PRIMARY KEY (number), 
	CONSTRAINT fk_withdrawal_article_id FOREIGN KEY(article_id) REFERENCES article (id) ON DELETE CASCADE
);
CREATE INDEX ix_article_content_sha256 ON article (content_sha256);
CREATE INDEX ix_article_date ON article (date);
CREATE INDEX ix_article_source ON article (source, date);
CREATE INDEX ix_copy_article_id ON copy (article_id);
CREATE INDEX ix_entity_count ON entity (article_count, id);
CREATE INDEX ix_entity_name ON entity (folded, id);
CREATE INDEX ix_entity_stale ON entity (stale) WHERE stale;
CREATE INDEX ix_entity_type ON entity (type);
CREATE INDEX ix_alias_folded ON alias (folded);
CREATE INDEX ix_mention_entity ON mention (entity_id, surface);
CREATE INDEX ix_acronym_short ON acronym (short, long);
CREATE INDEX ix_rejection_file ON rejection (path, record);
CREATE INDEX ix_rejection_resolved ON rejection (resolved);
CREATE INDEX ix_decision_entity_id ON decision (entity_id);
CREATE INDEX ix_article_entity_entity ON article_entity (entity_id, article_id);
CREATE INDEX ix_article_entity_key ON article_entity ("key");
CREATE INDEX ix_article_entity_surname ON article_entity (surname, "key") WHERE surname IS NOT NULL;
CREATE INDEX ix_article_entity_initial ON article_entity ("key", name) WHERE surname IS NOT NULL AND name GLOB '* [A-Z]. *';
CREATE INDEX ix_mention_role ON mention ("key", role) WHERE role IS NOT NULL;
CREATE INDEX ix_input_file_tail ON input_file (tail);
CREATE INDEX ix_identity_entity_id ON identity (entity_id);
CREATE INDEX ix_withdrawal_article_id ON withdrawal (article_id);
CREATE INDEX ix_withdrawal_unfinished ON withdrawal (unfinished) WHERE unfinished;
CREATE INDEX ix_article_furniture ON article (id) WHERE furniture IS NULL;
CREATE INDEX ix_sent_request_begun_at ON sent_request (begun_at);
CREATE INDEX ix_upload_job_state ON upload_job (state);
CREATE INDEX ix_feed_next_at ON feed (next_at);
CREATE INDEX ix_search_match_article_id ON search_match (article_id);
CREATE INDEX ix_delivery_search ON delivery (search);
CREATE INDEX ix_delivery_due ON delivery (due_at) WHERE state = 'waiting';
CREATE UNIQUE INDEX ix_entity_change_sequence ON entity_change (sequence);
CREATE INDEX ix_article_copy_group ON article (copy_group);
CREATE INDEX ix_sketch_digest ON sketch (digest);
CREATE INDEX ix_mentioned_date_value ON mentioned_date (value, article_id);
CREATE INDEX ix_article_story ON article (story);
CREATE INDEX ix_story_vector_article_id ON story_vector (article_id);
CREATE INDEX ix_story_neighbours_part ON story_neighbours (part);
CREATE INDEX ix_story_decision_article_id ON story_decision (article_id);
CREATE INDEX ix_story_decision_other_id ON story_decision (other_id);
COMMIT;
