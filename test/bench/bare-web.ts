// The floor of a start: Express alone, serving one page.
import express from 'express';

const app = express();
app.get('/', (_req, res) => void res.type('html').send('<!doctype html><title>Hola</title>'));
app.listen(Number(process.argv[2]), '127.0.0.1');
