/*
 * Names of widely used packages, so that a name that is nearly one of them can be told. Compiled by hand from the public download
 * statistics of the registries as they stood in 2025; bare names, no other data. Short and odd names are in it so that they are known as real.
 */

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** registry.npmjs.org */
export const NPM_NAMES: ReadonlySet<string> = wordsOf(
  'accepts acorn ajv angular ansi-regex ansi-styles antd apollo-server async asynckit autoprefixer aws-sdk axios babel babel-loader ' +
    'balanced-match bcrypt bcryptjs better-sqlite3 bluebird bn.js body-parser bootstrap brace-expansion bunyan bytes chai chalk chart.js cheerio ' +
    'classnames coa color-convert color-name colors combined-stream commander concat-map concurrently connect-redis content-type cookie-parser ' +
    'cordova core-js cors cors-anywhere cross-env css-loader cuid cypress d3 date-fns dayjs debug delayed-stream depd destroy discord.js dotenv ' +
    'ejs electron elliptic esbuild escape-string-regexp eslint eslint-scope espree esprima estraverse esutils etag ethers event-stream expo ' +
    'express express-session extend faker fastify file-loader finalhandler firebase firebase-admin form-data formik fresh fs-extra glob got ' +
    'graceful-fs graphql grunt gulp handlebars hapi hardhat has-flag helmet highlight.js html-webpack-plugin http-proxy http-proxy-middleware ' +
    'husky iconv-lite immer immutable inherits inquirer ionic ioredis is-stream isarray isexe istanbul jest joi jquery jsonfile jsonwebtoken ' +
    'knex koa langchain leaflet lerna less lint-staged lodash log4js lru-cache luxon marked material-ui mime mime-types minimatch mkdirp mobx ' +
    'mocha moment mongodb mongoose morgan ms multer mustache mysql mysql2 nanoid negotiator next node-fetch node-ipc node-sass nodemailer ' +
    'nodemon npm npm-check-updates nx nyc on-finished once openai ora parcel parseurl passport path-parse path-to-regexp pg pino playwright pm2 ' +
    'pnpm postcss preact prettier prisma process-nextick-args prop-types proxy-addr pug puppeteer qs ramda range-parser rc react react-dom ' +
    'react-native react-redux react-router react-router-dom readable-stream redis redux request request-promise resolve restify rimraf rollup ' +
    'rxjs safe-buffer sass selenium-webdriver semver send sequelize serve-static shortid signal-exit sinon socket.io socket.io-client ' +
    'socketcluster source-map source-map-support sqlite3 statuses storybook string_decoder strip-ansi stripe style-loader styled-components ' +
    'superagent supports-color svelte swc swr tailwindcss tape telegraf terser three through2 tough-cookie truffle ts-loader ts-node tslib turbo ' +
    'type-is typeorm typescript ua-parser-js uglify-js ulid underscore universalify util-deprecate utils-merge uuid validator vary vite vue web3 ' +
    'webpack webpack-cli webpack-dev-server which winston wrappy ws xtend yargs yarn yup zod zone.js',
);

/** pypi.org; names as PEP 503 writes them */
export const PYPI_NAMES: ReadonlySet<string> = wordsOf(
  'accelerate aiofiles aiohttp aiosignal alembic ansible ansible-core anthropic anyio async-timeout attr attrs autopep8 azure-core ' +
    'azure-storage-blob babel bandit bcrypt beautifulsoup4 black bokeh boto3 botocore bs4 cachetools celery certifi cffi chardet ' +
    'charset-normalizer click colorama coverage cryptography ctx cython dash dask datasets decorator deprecated distlib django docker ' +
    'docker-compose docutils elasticsearch eventlet fabric fastapi filelock fiona flake8 flask flax frozenlist gensim geopandas gevent ' +
    'google-api-python-client google-auth googleapis-common-protos gradio greenlet grpcio grpcio-tools gunicorn h11 html5lib httpcore httpx ' +
    'huggingface-hub idna imageio importlib-metadata importlib-resources invoke ipykernel ipython ipywidgets isort itsdangerous jax jaxlib ' +
    'jellyfish jinja2 jmespath jose jsonschema jupyter jupyterlab kafka-python keras kubernetes langchain lightgbm loguru lxml markdown ' +
    'markupsafe matplotlib mechanize mkdocs mock more-itertools msgpack multidict mypy mypy-extensions mysqlclient nbconvert networkx nltk nose ' +
    'notebook numba numpy oauthlib openai opencv-python openpyxl orjson packaging pandas paramiko peft pexpect pika pillow pip pipenv ' +
    'platformdirs playwright plotly pluggy ply poetry polars pre-commit prettytable protobuf psutil psycopg2 psycopg2-binary ptyprocess pyarrow ' +
    'pyasn1 pyasn1-modules pycodestyle pycparser pycryptodome pydantic pyflakes pygments pyjwt pylint pymongo pymysql pynacl pyopenssl pyparsing ' +
    'pypdf2 pyproj pytest pytest-cov python-dateutil python-docx python-dotenv python-jose pytz pyyaml ray redis regex reportlab requests ' +
    'requests-oauthlib rich rsa s3transfer scikit-learn scipy scrapy seaborn selenium sentry-sdk setuptools shapely simplejson six sniffio ' +
    'snowflake-connector-python sortedcontainers soupsieve spacy sphinx sqlalchemy starlette statsmodels streamlit structlog sympy tabulate ' +
    'tensorflow termcolor tiktoken tokenizers toml tomli tomlkit torch torchvision tornado tox tqdm traitlets transformers trio trl twisted ' +
    'typer typing-extensions tzdata ujson ultralytics urllib3 uvicorn virtualenv watchdog websocket-client websockets werkzeug wheel wrapt ' +
    'xgboost xlrd xlsxwriter yapf yarl zipp zope zope-interface',
);

/** crates.io, rubygems.org, packagist.org, Go modules and distributions */
export const OTHER_NAMES: ReadonlySet<string> = wordsOf(
  'activesupport anyhow apache2 bitflags bootstrap-sass bundler bytes capistrano chrono clap cobra composer curl devise docker futures gin ' +
    'gorm guzzlehttp hashbrown hyper itertools kubernetes laravel lazy_static libc log logrus monolog mysql nginx nodejs nokogiri once_cell ' +
    'openssl phpunit postgresql proc-macro2 prometheus puma python3 quote rack rails rake rand rayon redis regex reqwest rest-client rspec ' +
    'rust_decimal serde serde_json sidekiq sinatra symfony syn terraform testify thiserror tokio tracing viper zap',
);
