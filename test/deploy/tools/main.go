// Command tools judges the templates of a Vault Agent configuration as Vault Agent does, by consul-template, and prints
// for each the file it writes and the secrets it needs.
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/hashicorp/consul-template/config"
	"github.com/hashicorp/consul-template/template"
	"github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
	"github.com/hashicorp/hcl/hcl/printer"
)

func main() {
	for _, name := range os.Args[1:] {
		if err := judge(name); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			os.Exit(1)
		}
	}
}

func judge(name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	stanzas, err := templatesIn(string(text))
	if err != nil {
		return err
	}
	parsed, err := config.Parse(stanzas)
	if err != nil {
		return err
	}
	parsed.Finalize()
	for _, one := range *parsed.Templates {
		compiled, err := template.NewTemplate(&template.NewTemplateInput{
			Contents:    *one.Contents,
			Destination: *one.Destination,
			Config:      one,
		})
		if err != nil {
			return err
		}
		// Nothing is in the brain, so that what a template needs is missing, and nothing of it is written.
		result, err := compiled.Execute(&template.ExecuteInput{Brain: template.NewBrain(), Config: parsed})
		if err != nil {
			return err
		}
		for _, needed := range result.Missing.List() {
			fmt.Printf("%s %o %v %s\n", *one.Destination, *one.Perms, one.Exec.Command, needed)
		}
	}
	return nil
}

// The stanzas that consul-template defines; the others are Vault Agent's own.
func templatesIn(text string) (string, error) {
	file, err := hcl.Parse(text)
	if err != nil {
		return "", err
	}
	var stanzas bytes.Buffer
	for _, item := range file.Node.(*ast.ObjectList).Items {
		if item.Keys[0].Token.Value() == "template" {
			if err := printer.Fprint(&stanzas, item); err != nil {
				return "", err
			}
			stanzas.WriteByte('\n')
		}
	}
	return stanzas.String(), nil
}
