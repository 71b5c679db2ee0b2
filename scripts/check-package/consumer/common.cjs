const torchlet = require("torchlet");
const { program } = require("./program.js");

program(torchlet).then((numbers) => console.log(JSON.stringify(numbers)));
